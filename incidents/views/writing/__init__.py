"""Pages and fragments for writing: each form opens in place, and is a page without JavaScript."""
