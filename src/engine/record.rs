//! The record: the JSON beside each output, enough to explain it.
//!
//! Names are stable: more may be added, none changes its meaning. Paths are relative.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::align::Registration;
use super::execute::{Attempt, Outcome};
use super::measure::{LogoRecord, PaletteRecord, SeamRecord};
use super::plan::{MaskPlan, Plan, PlannedCandidate, RecipeRef, SourceFacts};
use super::verify::Verdict;
use crate::picture::drift::{Drift, Lock};
use crate::picture::tone::ToneRecord;
use crate::picture::{Canvas, Format, Placement};
use crate::recipe::{Kind, Options, Tier};
use crate::store::Digest;

/// The layout of records.
const FORMAT: u32 = 1;

/// Everything that is known about one output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The layout of this record.
    pub format: u32,
    /// The version of scumble that wrote it.
    pub scumble: String,
    /// The kind of edit.
    pub kind: Kind,
    /// The role that was played: the tier of who did it.
    pub tier: Tier,
    /// The seed.
    pub seed: u64,
    /// The recipe's tags and the user's.
    pub tags: Vec<String>,
    /// The recipe.
    pub recipe: RecipeRef,
    /// Every parameter with its value.
    pub params: BTreeMap<String, Value>,
    /// The brand's name.
    pub brand: String,
    /// The settings in force, with every default filled in.
    pub effective: Effective,
    /// The picture.
    pub source: SourceFacts,
    /// The mask, for an inpainting.
    pub mask: Option<MaskPlan>,
    /// The SHA-256 of the file that names what no edit may touch.
    pub protect: Option<Digest>,
    /// The final picture's frame, and where the source lies in it.
    pub canvas: Canvas,
    /// The prompt.
    pub prompt: String,
    /// Who was considered and chosen.
    pub route: RouteRecord,
    /// Every reply.
    pub attempts: Vec<Attempt>,
    /// How the scene was placed for the provider.
    pub placement: Option<Placement>,
    /// How the reply lay relative to the source; `None` when that was not asked, because the
    /// provider's geometry is exact, or could not be told.
    pub registration: Option<Registration>,
    /// How the reply's colours were matched; `None` where they were taken as they are.
    #[serde(rename = "match")]
    pub tone: Option<ToneRecord>,
    /// How far the raw reply was from the source outside the edit area.
    pub drift: Option<Drift>,
    /// The proof that nothing else moved; `None` where nothing is locked.
    pub lock: Option<LockRecord>,
    /// How much the edge of the edit shows; `None` where there is none.
    pub seam: Option<SeamRecord>,
    /// The palette in the edit area, when the recipe asks for one.
    pub palette: Option<PaletteRecord>,
    /// A logo that must survive, when the recipe names one.
    pub logo: Option<LogoRecord>,
    /// Share of the picture in the edit area, 0 to 1.
    pub edited: f64,
    /// The judgement.
    pub verdict: Verdict,
    /// Things the user should know.
    pub warnings: Vec<String>,
    /// The files that were written; paths are relative to this record.
    pub outputs: Vec<OutputRecord>,
    /// What it cost, in US dollars.
    pub cost_usd: String,
    /// When it was started, RFC 3339.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effective {
    /// Mean drift above which a person should look.
    pub max_drift: f64,
    /// Paid replies in all.
    pub attempts: u8,
    /// How much more the seam may show than in the reply itself.
    pub max_seam: f64,
    /// JPEG quality.
    pub quality: u8,
    /// The role the recipe wished for.
    pub wished_tier: Tier,
    /// The options of the provider that was chosen.
    pub options: Options,
}

/// Who was considered and chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouteRecord {
    /// Who was chosen.
    pub chosen: String,
    /// Why.
    pub reason: String,
    /// Everyone who was considered.
    pub candidates: Vec<CandidateRecord>,
}

/// Someone who was considered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateRecord {
    /// `provider` or `provider/model`.
    pub name: String,
    /// Whether it could have done the job.
    pub ok: bool,
    /// What it would have done, or why it could not.
    pub why: String,
    /// What it would have cost at most, in US dollars.
    pub cost_usd: String,
}

/// The proof that nothing else moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRecord {
    /// Number of locked pixels, compared in every channel of the composite.
    pub checked: usize,
    /// How many of them differ from the source.
    pub changed: usize,
    /// `exact`: the written file was decoded and compared as well, and is the source's own outside
    /// the edit area. `derived`: the format is lossy, so the file differs from what was locked.
    pub file: LockedFile,
    /// The largest difference of a locked sample in the written file, 0 to 255.
    pub largest_difference: u8,
}

/// What the lock means for the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockedFile {
    /// Bit for bit.
    Exact,
    /// A lossy copy.
    Derived,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputRecord {
    /// Its path, relative to the record.
    pub path: String,
    /// The SHA-256 of its bytes.
    pub sha256: Digest,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The named target or size it was made for; `None` for the master.
    pub preset: Option<String>,
    /// Whether it is a resized, cropped or lossy copy, so that it is not locked.
    pub derived: bool,
}

impl Record {
    /// The record of an outcome; `file` is what was found in the written master.
    pub(super) fn of(
        outcome: &Outcome,
        tier: Tier,
        file: Option<(Lock, Format)>,
        outputs: Vec<OutputRecord>,
        started: &str,
    ) -> Self {
        let plan: &Plan = &outcome.plan;
        let chosen = plan
            .candidates
            .iter()
            .find(|candidate| candidate.name == plan.route.chosen);
        let lock = outcome
            .figures
            .lock
            .zip(file)
            .map(|(lock, (file, format))| LockRecord {
                checked: lock.checked,
                changed: lock.changed,
                file: if format.is_lossless() {
                    LockedFile::Exact
                } else {
                    LockedFile::Derived
                },
                largest_difference: file.largest_difference,
            });
        Self {
            format: FORMAT,
            scumble: plan.scumble.clone(),
            kind: plan.kind,
            tier,
            seed: plan.seed,
            tags: plan.tags.clone(),
            recipe: plan.recipe.clone(),
            params: plan.params.clone(),
            brand: plan.brand.clone(),
            effective: Effective {
                max_drift: plan.checks.max_drift,
                attempts: plan.checks.attempts,
                max_seam: plan.checks.max_seam,
                quality: plan.quality,
                wished_tier: plan.tier,
                options: chosen
                    .map(|chosen| chosen.options.clone())
                    .unwrap_or_default(),
            },
            source: plan.source.clone(),
            mask: plan.mask.clone(),
            protect: plan.scene.protect.as_ref().map(|file| file.sha256),
            canvas: plan.canvas,
            prompt: plan.prompt.clone(),
            route: RouteRecord {
                chosen: plan.route.chosen.clone(),
                reason: plan.route.reason.clone(),
                candidates: plan.candidates.iter().map(CandidateRecord::of).collect(),
            },
            attempts: outcome.attempts.clone(),
            placement: chosen.and_then(|chosen| chosen.placement),
            registration: outcome.figures.registration(),
            tone: outcome.figures.tone,
            drift: outcome.figures.drift,
            lock,
            seam: outcome.figures.seam,
            palette: outcome.figures.palette,
            logo: outcome.figures.logo,
            edited: outcome.figures.edited,
            verdict: outcome.verdict.clone(),
            warnings: outcome.warnings.clone(),
            outputs,
            cost_usd: outcome.cost.to_string(),
            started: started.to_owned(),
            seconds: outcome.seconds,
        }
    }
}

impl CandidateRecord {
    fn of(candidate: &PlannedCandidate) -> Self {
        Self {
            name: candidate.name.clone(),
            ok: candidate.ok,
            why: candidate.why.clone(),
            cost_usd: candidate.cost_usd.clone(),
        }
    }
}
