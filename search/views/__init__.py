from search.views.feeds import saved_search_feed
from search.views.results import search_facets, search_results
from search.views.saved_searches import (
    saved_search_add,
    saved_search_delete,
    saved_search_edit,
    saved_search_feed_renew,
    saved_search_list,
)

__all__ = [
    "saved_search_add",
    "saved_search_delete",
    "saved_search_edit",
    "saved_search_feed",
    "saved_search_feed_renew",
    "saved_search_list",
    "search_facets",
    "search_results",
]
