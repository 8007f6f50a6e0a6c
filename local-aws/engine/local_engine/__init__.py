"""ministack, with what the deployments of this project need and it lacks: one module for each corrected service."""
