pub mod error;
pub mod fs;
pub mod money;
pub mod picture;
pub mod source;
pub mod suggest;
pub use error::{Error, ErrorKind, Result};
