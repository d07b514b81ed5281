"""Several people write one section over real HTTP, through a network that fails in every way."""
