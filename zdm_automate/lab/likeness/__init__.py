"""An office in the likeness of a client's network: made from facts, under other names where wanted, and compared with them."""
