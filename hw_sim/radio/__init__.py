"""A simulated radio: bumble's controllers on a link in memory, and bleak's two backends on one of them."""
