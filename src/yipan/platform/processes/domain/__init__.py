"""Pure decisions of the room: who may take a task, what the engine's effects mean for rows, what a reader sees."""
