"""What the dock, the walk and the office see of goods on their way in."""
