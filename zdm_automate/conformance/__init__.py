"""Whether scripts keep to the house rules and to what Windows documents, over the trees of the engine's own parser."""
