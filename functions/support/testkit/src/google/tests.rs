//! Google without a client: what its documentation promises.
