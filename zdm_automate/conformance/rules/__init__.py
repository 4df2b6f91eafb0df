"""The rules, grouped by theme. Each looks at one script's tree; none of them runs anything or reads a file."""
