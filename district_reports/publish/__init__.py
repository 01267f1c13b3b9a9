"""Publication: signed bytes become public, and the site around them tells what stands; nothing here renders a number."""
