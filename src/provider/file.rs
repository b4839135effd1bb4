//! The provider `file`: a picture edited anywhere, taken as the answer.

use std::sync::Arc;

use super::{Ask, BoxFuture, Capabilities, EditRequest, Provider, Reply, Watch};
use crate::error::{ErrorKind, Result};
use crate::money::Money;
use crate::picture::decode;
use crate::recipe::{Kind, Need, Tier};

/// Answers every edit with the same file.
#[derive(Debug)]
pub struct FileReply {
    bytes: Arc<[u8]>,
    name: String,
    max_pixels: u64,
    capabilities: Capabilities,
}

impl FileReply {
    /// Takes the bytes of a picture file; `name` is shown in messages.
    pub fn new(bytes: Arc<[u8]>, name: impl Into<String>, max_pixels: u64) -> Self {
        let capabilities = Capabilities {
            name: "file",
            title: "a picture edited elsewhere, given with --reply",
            kinds: &[Kind::Inpaint, Kind::Variation, Kind::Outpaint],
            needs: Need::ALL,
            tier: Tier::Draft,
            exact_geometry: false,
            repeatable: true,
            by_name_only: true,
            options: &[],
        };
        Self {
            bytes,
            name: name.into(),
            max_pixels,
            capabilities,
        }
    }
}

impl Provider for FileReply {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn consider(&self, _: &Ask<'_>) -> Result<String, String> {
        Ok(format!("takes `{}` as the reply", self.name))
    }

    fn edit<'a>(
        &'a self,
        _: &'a EditRequest,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<Reply>> {
        watch.stage("reading the reply");
        Box::pin(async move {
            let decoded = decode(&self.bytes, self.max_pixels).map_err(|fault| {
                fault
                    .of_kind(ErrorKind::BadReply)
                    .within(format_args!("the reply `{}` cannot be used", self.name))
            })?;
            Ok(Reply {
                picture: decoded.picture,
                bytes: Some(Arc::clone(&self.bytes)),
                cost: Money::ZERO,
                notes: Vec::new(),
            })
        })
    }
}
