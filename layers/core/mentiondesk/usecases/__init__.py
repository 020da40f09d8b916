"""What the desk does, one verb per module. Ports in, result out."""
