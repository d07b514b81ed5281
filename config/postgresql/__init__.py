"""PostgreSQL as Django speaks to it, but for what a pooled connection is asked before its use."""
