//! From a job to a plan: what would be asked of whom, and why. Nothing is encoded or sent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::execute::providers;
use super::resolve::Job;
use super::scene::{MaskSpec, Pixels, Scene, SceneSpec};
use super::{House, place};
use crate::error::{Error, ErrorKind, Result};
use crate::fs;
use crate::picture::{Canvas, FeatherInto, MaskFrom, Placement, Region, Target};
use crate::provider::{Ask, MaskFacts};
use crate::recipe::{Checks, Kind, Options, Tier};
use crate::route::{self, Candidate, Demand, Route};
use crate::store::Digest;

/// The layout of plans.
pub(super) const FORMAT: u32 = 1;

/// Everything needed to carry out one edit, as plain data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The layout of this plan.
    pub format: u32,
    /// The version of scumble that made it.
    pub scumble: String,
    /// The kind of edit.
    pub kind: Kind,
    /// The recipe.
    pub recipe: RecipeRef,
    /// The role the recipe wishes for.
    pub tier: Tier,
    /// The recipe's tags and the user's.
    pub tags: Vec<String>,
    /// Every parameter with its value.
    pub params: BTreeMap<String, Value>,
    /// The brand's name.
    pub brand: String,
    /// The seed for whatever is random.
    pub seed: u64,
    /// The picture.
    pub source: SourceFacts,
    /// The mask, for an inpainting.
    pub mask: Option<MaskPlan>,
    /// The final picture's frame.
    pub canvas: Canvas,
    /// The prompt.
    pub prompt: String,
    /// Everyone who was considered.
    pub candidates: Vec<PlannedCandidate>,
    /// Who was chosen, and why.
    pub route: Route,
    /// What the result must hold.
    pub checks: Checks,
    /// Sizes written beside the result: the target's own, and those the recipe names.
    pub exports: Vec<ExportPlan>,
    /// A picture edited elsewhere, taken as the reply.
    pub reply: Option<Pixels>,
    /// JPEG quality.
    pub quality: u8,
    /// What decides the pixels.
    pub scene: SceneSpec,
    /// What is known of the mask, or of an outpainting's new area.
    pub facts: Option<MaskFacts>,
    /// Things the user should know.
    pub warnings: Vec<String>,
}

/// A size that is written beside the master.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportPlan {
    /// A named target, or the size in words: `1080x1920`.
    pub name: String,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A recipe by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipeRef {
    /// Its name.
    pub name: String,
    /// Its own version.
    pub version: Option<String>,
    /// The SHA-256 of its file.
    pub sha256: Digest,
    /// Where it was found.
    pub origin: String,
}

/// The source, as a plan and a record name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFacts {
    /// Its path as typed, if that is relative; else its file name.
    pub path: String,
    /// The SHA-256 of its file.
    pub sha256: Digest,
    /// Columns of the upright picture.
    pub width: u32,
    /// Rows of the upright picture.
    pub height: u32,
    /// Whether it has transparency.
    pub alpha: bool,
}

/// The mask, as a plan and a record name it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaskPlan {
    /// The SHA-256 of its file; `None` for a shape or the source's transparency.
    pub sha256: Option<Digest>,
    /// `file`, `source-alpha`, or the shape in words.
    pub from: String,
    /// Whether what it marks was turned round.
    pub inverted: bool,
    /// Which channel it was read from.
    pub read_from: Option<MaskFrom>,
    /// Mean coverage, 0 to 1.
    pub coverage: f64,
    /// Left, top, width and height of what is marked.
    #[serde(rename = "box")]
    pub bounds: [u32; 4],
    /// Width of the ramp in pixels of the source.
    pub feather: f64,
    /// The side the ramp eats.
    pub feather_into: FeatherInto,
}

/// Someone who was considered: ready to be asked, or the reason why not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedCandidate {
    /// `provider` or `provider/model`.
    pub name: String,
    /// Whether it can do the job.
    pub ok: bool,
    /// What it would do, or why it cannot.
    pub why: String,
    /// What it would cost at most, in US dollars.
    pub cost_usd: String,
    /// How the scene would be placed for it; `None` when it cannot do the job.
    pub placement: Option<Placement>,
    /// Its options.
    pub options: Options,
}

impl PlannedCandidate {
    /// Provider and model of the name.
    pub fn provider_and_model(&self) -> (&str, Option<&str>) {
        match self.name.split_once('/') {
            Some((provider, model)) => (provider, Some(model)),
            None => (&self.name, None),
        }
    }
}

impl Plan {
    /// The candidate that was chosen.
    ///
    /// # Errors
    /// Kind `Internal` when the plan was altered.
    pub fn chosen(&self) -> Result<&PlannedCandidate> {
        self.candidates
            .iter()
            .find(|candidate| candidate.name == self.route.chosen)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::Internal,
                    format!("the plan has no candidate `{}`", self.route.chosen),
                )
            })
    }

    /// Whether the plan can be carried out on these pixels by this version.
    ///
    /// # Errors
    /// Kind `Usage` when its layout is another, or the pixels are.
    pub fn check(&self, scene: &Scene) -> Result<()> {
        if self.format != FORMAT {
            let message = format!("the plan's layout is {}, expected {FORMAT}", self.format);
            return Err(
                Error::new(ErrorKind::Usage, message).hint("plan it again with this version")
            );
        }
        let (width, height) = scene.source.size();
        let Canvas {
            x,
            y,
            width: across,
            height: down,
        } = self.canvas;
        let holds =
            |at: u32, side: u32, whole: u32| at.checked_add(side).is_some_and(|end| end <= whole);
        if (self.source.width, self.source.height) != (width, height)
            || !holds(x, width, across)
            || !holds(y, height, down)
        {
            return Err(Error::new(
                ErrorKind::Usage,
                "the plan was made for a picture of another size",
            )
            .hint("plan it again"));
        }
        let placements = self.candidates.iter().filter_map(|chosen| chosen.placement);
        if placements
            .into_iter()
            .any(|placement| !placement.is_sound(self.canvas))
        {
            return Err(
                Error::new(ErrorKind::Usage, "the plan sends a picture without pixels")
                    .hint("plan it again"),
            );
        }
        Ok(())
    }

    /// The SHA-256 of the plan's JSON.
    pub fn digest(&self) -> Digest {
        Digest::of(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }
}

/// Plans a job. Pure: no network, nothing encoded, nothing drawn.
///
/// # Errors
/// Kind `NoRoute` when nobody can or may do it.
pub fn plan(job: &Job, house: &House) -> Result<Plan> {
    let nothing = Options::default();
    let demand = Demand {
        kind: job.recipe.kind,
        needs: &job.recipe.route.needs,
        mask: job.recipe.route.mask,
    };
    let registry = providers(house, job.reply.as_ref(), job.spec.max_pixels)?;
    type Considered = Vec<(Candidate, Option<Tier>)>;
    let (considered, candidates): (Considered, Vec<PlannedCandidate>) = registry
        .iter()
        .map(|provider| {
            let capabilities = provider.capabilities();
            let options = job.options.get(capabilities.name).unwrap_or(&nothing);
            let ask = Ask {
                kind: job.recipe.kind,
                model: job
                    .wish
                    .as_ref()
                    .and_then(|wish| wish.what.model_for(capabilities.name)),
                prompt: &job.prompt,
                options,
                mask: job.facts,
            };
            let mut candidate = route::consider(provider.as_ref(), demand, &ask);
            let placed = candidate
                .ok
                .then(|| place::place(job, &provider.sizes(ask.model), capabilities.exact_geometry))
                .transpose();
            let placement = placed.unwrap_or_else(|why| {
                (candidate.ok, candidate.why) = (false, why);
                None
            });
            let tier = (!capabilities.by_name_only).then_some(capabilities.tier);
            let planned = PlannedCandidate {
                name: candidate.name.clone(),
                ok: candidate.ok,
                why: candidate.why.clone(),
                cost_usd: candidate.cost_usd.clone(),
                placement,
                options: options.clone(),
            };
            ((candidate, tier), planned)
        })
        .unzip();
    let route = route::choose(&considered, job.wish.as_ref())?;
    let chosen = candidates
        .iter()
        .find(|candidate| candidate.name == route.chosen);
    let mut warnings = job.warnings.clone();
    warnings.extend(
        chosen
            .and_then(|chosen| chosen.placement)
            .and_then(place::warning),
    );
    let source = &job.scene.source;
    Ok(Plan {
        format: FORMAT,
        scumble: env!("CARGO_PKG_VERSION").to_owned(),
        kind: job.recipe.kind,
        recipe: RecipeRef {
            name: job.recipe.name.clone(),
            version: job.recipe.version.clone(),
            sha256: job.recipe_sha256,
            origin: job.origin.word().to_owned(),
        },
        tier: job.recipe.route.tier,
        tags: job.tags.clone(),
        params: job
            .params
            .iter()
            .map(|(name, value)| {
                (
                    name.clone(),
                    serde_json::to_value(value).unwrap_or(Value::Null),
                )
            })
            .collect(),
        brand: job.brand.clone(),
        seed: job.seed,
        source: SourceFacts {
            path: fs::shown(&job.spec.source.name),
            sha256: job.spec.source.sha256,
            width: source.width(),
            height: source.height(),
            alpha: source.layout().has_alpha(),
        },
        mask: mask_plan(job),
        canvas: job.canvas,
        prompt: job.prompt.clone(),
        candidates,
        route,
        checks: job.checks.clone(),
        exports: exports(job),
        reply: job.reply.clone(),
        quality: job.recipe.output.quality,
        scene: job.spec.clone(),
        facts: job.facts,
        warnings,
    })
}

fn exports(job: &Job) -> Vec<ExportPlan> {
    let own = match job.target {
        Some(Target::Pixels(width, height))
            if (width, height) != (job.canvas.width, job.canvas.height) =>
        {
            Some(ExportPlan {
                name: format!("{width}x{height}"),
                width,
                height,
            })
        }
        Some(Target::Pixels(..) | Target::Ratio(..)) | None => None,
    };
    let named = job.recipe.output.exports.iter().map(|target| ExportPlan {
        name: target.name.clone(),
        width: target.width,
        height: target.height,
    });
    own.into_iter().chain(named).collect()
}

fn mask_plan(job: &Job) -> Option<MaskPlan> {
    job.scene.mask.as_ref()?;
    let facts = job.facts?;
    let Region {
        x,
        y,
        width,
        height,
    } = facts.bounds;
    Some(MaskPlan {
        sha256: match &job.spec.mask {
            MaskSpec::File(file) => Some(file.sha256),
            MaskSpec::None | MaskSpec::SourceAlpha | MaskSpec::Shape(_) => None,
        },
        from: match &job.spec.mask {
            MaskSpec::File(_) => "file".to_owned(),
            MaskSpec::SourceAlpha => "source-alpha".to_owned(),
            MaskSpec::Shape(words) => words.clone(),
            MaskSpec::None => return None,
        },
        inverted: job.spec.invert,
        read_from: job.scene.mask_from,
        coverage: facts.coverage,
        bounds: [x, y, width, height],
        feather: f64::from(job.feather.pixels),
        feather_into: job.feather.into,
    })
}
