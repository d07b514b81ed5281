from pathlib import Path

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import search.models.saved_search
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# Ranking reads the impacts of hundreds of documents: kept in the row, they need no second look-up
# each. Nothing but their index reads the keys, so they are stored out of line, and the planner
# gets no statistics about them: it takes any key for rare and always uses the index. The list of
# entries pending in that index is kept short enough for no search to notice it.
STORAGE = """
ALTER TABLE search_document ALTER COLUMN impacts SET STORAGE MAIN;
ALTER TABLE search_document SET (toast_tuple_target = 8160);
ALTER TABLE search_document ALTER COLUMN keys SET STATISTICS 0;
ALTER TABLE search_document ALTER COLUMN impacts SET STATISTICS 0;
ALTER INDEX document_keys SET (gin_pending_list_limit = 512);
"""


def first_synonyms(apps, schema_editor):
    """Fill in the groups that a new knowledge base starts with; the team edits them afterwards."""
    lines = (Path(__file__).parent.parent / "synonyms.txt").read_text(encoding="utf-8").splitlines()
    apps.get_model("search", "Synonym").objects.bulk_create(
        apps.get_model("search", "Synonym")(terms=[term.strip() for term in line.split(",")])
        for line in lines
        if line and not line.startswith("#")
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('incidents', '0001_initial'),
        ('playbooks', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('incident', 'Incidents'), ('playbook', 'Playbooks'), ('pattern', 'Patterns'), ('action_item', 'Action items')], max_length=12)),
                ('is_guarded', models.BooleanField(default=False)),
                ('reference', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=300)),
                ('occurred_on', models.DateField(null=True)),
                ('labels', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('impacts', django.contrib.postgres.search.SearchVectorField()),
                ('keys', django.contrib.postgres.search.SearchVectorField()),
                ('digest', models.BinaryField(max_length=16)),
                ('updated_at', models.DateTimeField()),
                ('action_item', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='search_document', to='incidents.actionitem')),
                ('incident', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='search_document', to='incidents.incident')),
                ('pattern', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='search_document', to='playbooks.failurepattern')),
                ('playbook', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='search_document', to='playbooks.playbook')),
                ('within', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='incidents.incident')),
            ],
        ),
        migrations.CreateModel(
            name='EndedFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('ended_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='KeyStatistic',
            fields=[
                ('key', models.CharField(max_length=180, primary_key=True, serialize=False)),
                ('documents', models.PositiveIntegerField()),
                ('tiers', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), default=list, size=None)),
                ('is_tiered', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Passages',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='passages', serialize=False, to='search.document')),
                ('text', models.TextField()),
                ('facts', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('text', models.CharField(help_text='as typed into the search box', max_length=2000)),
                ('sort', models.CharField(default='relevance', max_length=12)),
                ('is_shared', models.BooleanField(default=False, verbose_name='shared with everybody')),
                ('feed_key', models.CharField(default=search.models.saved_search.new_feed_key, editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_searches', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'saved searches',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), help_text='Two or more, one per line, such as “oom” and “out of memory”.', size=20)),
                ('note', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['terms'],
                'constraints': [models.CheckConstraint(condition=models.Q(('terms__len__gte', 2)), name='synonym_has_two_terms')],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('word', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('lexeme', models.CharField(db_index=True, max_length=64)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Lower('word'), name='gin_trgm_ops'), name='word_trigrams')],
            },
        ),
        migrations.AddIndex(
            model_name='document',
            index=django.contrib.postgres.indexes.GinIndex(fields=['keys'], name='document_keys'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'incident'), ('action_item__isnull', True), ('incident__isnull', False), ('pattern__isnull', True), ('playbook__isnull', True)), models.Q(('kind', 'action_item'), ('action_item__isnull', False), ('incident__isnull', True), ('pattern__isnull', True), ('playbook__isnull', True)), models.Q(('kind', 'pattern'), ('action_item__isnull', True), ('incident__isnull', True), ('pattern__isnull', False), ('playbook__isnull', True)), models.Q(('kind', 'playbook'), ('action_item__isnull', True), ('incident__isnull', True), ('pattern__isnull', True), ('playbook__isnull', False)), _connector='OR'), name='document_is_of_its_kind'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.UniqueConstraint(fields=('owner', 'name'), name='saved_search_named_once', violation_error_message='You already have a saved search with this name.'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_search_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='saved_search_asks_for_something'),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.CheckConstraint(condition=models.Q(('sort__in', ['relevance', 'newest', 'oldest'])), name='saved_search_sort_is_known'),
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunPython(first_synonyms, migrations.RunPython.noop),
    ]
