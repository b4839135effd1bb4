//! The engine: from an order to files on the disk.
//!
//! ```text
//! Order ─resolve─▶ Job ─plan─▶ Plan ─execute─▶ Outcome ─deliver─▶ Delivered
//! ```
//!
//! When knowledge changes, the type changes. After [`Job`] nothing a recipe could set is unknown;
//! after [`Plan`] no path is read; a plan is plain data that another process can carry out.

mod align;
mod compose;
mod deliver;
mod execute;
mod inspect;
mod measure;
mod order;
mod place;
mod plan;
mod record;
mod resolve;
mod scene;
mod verify;

use crate::error::Result;
use crate::provider::{Registry, Watch};
use crate::store::Blobs;

pub use align::Registration;
pub use compose::Looks;
pub use deliver::{Delivered, Outputs, reserve};
pub use execute::{Outcome, execute};
pub use inspect::{Exhibit, Inspection, inspect};
pub use measure::{Figures, Grain, LogoRecord, PaletteRecord, SeamRecord};
pub use order::{Input, MaskGiven, Order, OutputWish};
pub use plan::{Plan, PlannedCandidate, plan};
pub use record::{LockedFile, OutputRecord, Record};
pub use resolve::{Job, resolve};
pub use scene::{MaskSpec, Pixels, Scene, SceneSpec};
pub use verify::{Status, Verdict};

/// What every run shares.
#[derive(Debug)]
pub struct House {
    /// Who can edit.
    pub registry: Registry,
    /// Pixels and replies by content.
    pub blobs: Blobs,
}

/// Carries out one order: this is the whole engine.
///
/// # Errors
/// Every kind. Nothing is written unless the edit was composed; what fails its verification is
/// written under another name and reported in [`Delivered`].
pub async fn run(order: &Order, house: &House, watch: &dyn Watch) -> Result<Delivered> {
    let job = resolve(order, house)?;
    let plan = plan(&job, house)?;
    let outputs = reserve(&order.output, order, &plan)?;
    let outcome = execute(&plan, &job.scene, house, watch, order.output.keep.is_some()).await?;
    deliver::deliver(outcome, outputs, order, house, watch)
}
