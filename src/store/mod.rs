//! What scumble keeps between runs: blobs named by their content.

mod blobs;

pub use blobs::{Blobs, Digest};
