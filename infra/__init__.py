"""Deploying, operating and trying out the desk."""
