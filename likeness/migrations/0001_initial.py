import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('incidents', '0001_initial'),
        ('playbooks', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IncidentFeatures',
            fields=[
                ('incident', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='features', serialize=False, to='incidents.incident')),
                ('read_at', models.DateTimeField(help_text='When the analyzed state of the incident was saved.')),
                ('is_restricted', models.BooleanField()),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('weights', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ('of_causes', django.contrib.postgres.fields.ArrayField(base_field=models.BooleanField(), size=None)),
                ('services', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('patterns', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), help_text='Slugs of the confirmed patterns.', size=None)),
                ('stems', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('findings', models.TextField(help_text='JSON, by slug.')),
                ('stamp', models.CharField(max_length=16)),
            ],
        ),
        migrations.CreateModel(
            name='PatternFeedback',
            fields=[
                ('pattern', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='feedback', serialize=False, to='playbooks.failurepattern')),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ('weights', django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ('confirmed', models.PositiveIntegerField()),
                ('dismissed', models.PositiveIntegerField()),
                ('learned_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='TermCount',
            fields=[
                ('term', models.TextField(primary_key=True, serialize=False)),
                ('documents', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('pk', models.CompositePrimaryKey('is_restricted', 'term', 'impact', 'incident_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('is_restricted', models.BooleanField()),
                ('term', models.BigIntegerField()),
                ('impact', models.SmallIntegerField()),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.incident')),
            ],
        ),
        migrations.CreateModel(
            name='SimilarityVerdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('same', 'Same failure'), ('different', 'Not the same')], max_length=9)),
                ('decided_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.incident')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='incidents.incident')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('first', 'second'), name='similarity_verdict_of_a_pair_once'), models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='similarity_verdict_in_one_order'), models.CheckConstraint(condition=models.Q(('verdict__in', ['same', 'different'])), name='similarity_verdict_verdict_is_known')],
            },
        ),
    ]
