"""A web application as plain as can be, over the same rows: what the product's lists and pages are compared with."""
