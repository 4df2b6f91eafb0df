"""zdm_automate: plan, apply and prove the scriptable steps of a swing migration."""
