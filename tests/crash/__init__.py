"""The product under kill -9, an emptied Redis and double submits, watched from outside."""
