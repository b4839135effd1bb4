//! The provider `local`: edits on this machine's processor, without a key, a model or a network.
//!
//! It does five things: a studio backdrop, removal, recolouring, a seasonal grade, and a larger
//! canvas. `work` reads from options and prompt which one is meant; each has a file of its own.
//! The same request with the same seed gives the same pixels.

mod backdrop;
mod fill;
mod grade;
mod recolor;
mod surface;
mod work;

use super::{Ask, BoxFuture, Capabilities, EditRequest, Provider, Reply, Watch};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::picture::{Mask, Picture};
use crate::recipe::{Kind, Need, Tier};
use work::Work;

/// Edits on this machine's processor.
#[derive(Debug)]
pub struct Local {
    capabilities: Capabilities,
}

impl Local {
    /// The offline provider.
    pub fn new() -> Self {
        let capabilities = Capabilities {
            name: "local",
            title: "draws drafts on this machine, free and offline",
            kinds: &[Kind::Inpaint, Kind::Variation, Kind::Outpaint],
            needs: &[Need::Mask, Need::Seed, Need::FourK],
            tier: Tier::Draft,
            exact_geometry: true,
            repeatable: true,
            by_name_only: false,
            options: work::OPTIONS,
        };
        Self { capabilities }
    }
}

impl Default for Local {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for Local {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn consider(&self, ask: &Ask<'_>) -> Result<String, String> {
        if let Some(model) = ask.model {
            return Err(format!("it has no model `{model}`"));
        }
        work::understand(ask).map(|work| work.to_string())
    }

    fn edit<'a>(
        &'a self,
        request: &'a EditRequest,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(async move {
            let ask = Ask {
                kind: request.kind,
                model: None,
                prompt: &request.prompt,
                options: &request.options,
                mask: request.facts,
            };
            let work = work::understand(&ask).map_err(|why| Error::new(ErrorKind::NoRoute, why))?;
            watch.stage(work.doing());
            let (picture, notes) = match draw(&work, request) {
                Some(picture) => (picture, work.notes()),
                None => ((*request.picture).clone(), vec![TOO_THIN.to_owned()]),
            };
            Ok(Reply {
                picture,
                bytes: None,
                cost: Money::ZERO,
                notes,
            })
        })
    }
}

/// What the user reads when there is nothing to learn from.
const TOO_THIN: &str =
    "too little of the picture is known to continue it; its border is mirrored softly instead";

/// The drawn picture; `None` when the known part is too small to continue.
fn draw(work: &Work, request: &EditRequest) -> Option<Picture> {
    let picture = &request.picture;
    let (width, height) = picture.size();
    let whole = || Mask::new(width, height, vec![255; picture.pixels()]);
    let owned = request.mask.is_none().then(whole);
    // A variation changes all of the picture.
    let mask = request.mask.as_deref().or(owned.as_ref());
    let mask = mask?;
    match work {
        Work::Backdrop(scene) => Some(backdrop::draw(picture, mask, scene, request.seed)),
        Work::Remove => fill::fill(picture, mask, fill::Prior::Anywhere, request.seed),
        Work::Extend => fill::fill(picture, mask, fill::Prior::NearBorder, request.seed),
        Work::Recolor(color) => Some(recolor::recolor(picture, mask, *color)),
        Work::Grade { look, strength } => Some(grade::grade(picture, *look, *strength)),
    }
}
