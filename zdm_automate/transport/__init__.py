"""The edges: one module each imports pypsrp, pywinrm and fabric."""
