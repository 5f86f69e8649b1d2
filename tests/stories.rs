//! Stories that run the real binary against the sandbox.
