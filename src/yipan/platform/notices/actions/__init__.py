"""What is done with notices: send, mark as read, choose channels."""
