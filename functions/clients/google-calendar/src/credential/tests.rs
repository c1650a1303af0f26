//! Which secrets are credentials, and what they give away.
