"""The actions of the desk, one verb per module. Ports in, result out."""
