"""部门整体: final accounts, their ratios, and the projects beside them."""
