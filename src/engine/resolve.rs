//! From an order to a job: every value a recipe could leave open is decided here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::House;
use super::order::{Input, MaskGiven, Order};
use super::scene::{self, MaskSpec, Pixels, Scene, SceneSpec};
use crate::error::{Error, ErrorKind, Result};
use crate::fs;
use crate::library::Origin;
use crate::picture::{Canvas, Feather, Shape, Target, feather};
use crate::provider::MaskFacts;
use crate::recipe::{
    Brand, Checks, Kind, Options, ParamValue, Recipe, Wording, options, prompt, target,
};
use crate::route::Wish;
use crate::store::Digest;
use crate::suggest;

/// One edit with nothing left open.
#[derive(Debug)]
pub struct Job {
    /// The recipe.
    pub recipe: Recipe,
    /// Where the recipe was found.
    pub origin: Origin,
    /// The SHA-256 of the recipe's file.
    pub recipe_sha256: Digest,
    /// Every parameter with its value, in the order of the recipe.
    pub params: Vec<(String, ParamValue)>,
    /// The brand's name.
    pub brand: String,
    /// The recipe's tags and the user's.
    pub tags: Vec<String>,
    /// The seed for whatever is random.
    pub seed: u64,
    /// What decides the pixels.
    pub spec: SceneSpec,
    /// The pixels.
    pub scene: Arc<Scene>,
    /// The final picture's frame.
    pub canvas: Canvas,
    /// What an outpainting should become.
    pub target: Option<Target>,
    /// What is known of the mask, on the canvas; an outpainting's is its new area.
    pub facts: Option<MaskFacts>,
    /// The ramp, in pixels of the source.
    pub feather: Feather,
    /// The rendered prompt; empty for a variation without one.
    pub prompt: String,
    /// What the result must hold.
    pub checks: Checks,
    /// Options per provider, rendered and checked.
    pub options: BTreeMap<String, Options>,
    /// A picture edited elsewhere, taken as the reply.
    pub reply: Option<Pixels>,
    /// What the user said about who should do it.
    pub wish: Option<Wish>,
    /// Things the user should know.
    pub warnings: Vec<String>,
}

/// Decides everything.
///
/// # Errors
/// Kinds `Usage`, `Recipe`, `Prompt` and `Input`.
pub fn resolve(order: &Order, house: &House) -> Result<Job> {
    let recipe = order.found.recipe.clone();
    let params = parameters(&recipe, &order.params)?;
    let hold = |input: &Input| Pixels {
        name: fs::shown(&input.name),
        sha256: house.blobs.hold(input.bytes.as_slice()),
    };
    let source = hold(&order.image);
    let decoded = scene::open(&source, "picture", order.max_pixels, &house.blobs)?;
    let (width, height) = decoded.picture.size();
    let size = prompt::Scene { width, height };
    let mut wording = Wording::new(&params, &order.brand, size, &recipe.partials);
    let spec = SceneSpec {
        kind: recipe.kind,
        source,
        mask: mask_spec(order, &recipe, &wording, hold)?,
        invert: order.invert_mask,
        fit: order.fit_mask,
        grow: recipe
            .mask
            .grow
            .pixels(f64::from(width.min(height)))
            .min(feather::WIDEST),
        covers: recipe.mask.covers,
        protect: order.protect.as_ref().map(hold),
        mask_from: order.mask_from,
        max_pixels: order.max_pixels,
    };
    let scene = Scene::around(decoded, &spec, &house.blobs)?;
    let (canvas, target) = canvas(&recipe, &wording, width, height, order.max_pixels)?;
    wording.set_canvas(size, canvas);
    let prompt = rendered_prompt(&recipe, &wording, &order.brand)?;
    let mut warnings = scene.warnings.clone();
    warnings.extend(unused_flags(order, &spec));
    let options = provider_options(&recipe, &wording, house, &mut warnings)?;
    let ramp = recipe.mask.feather.pixels(f64::from(width.min(height)));
    let feather = scene::feather(ramp.min(feather::WIDEST), recipe.mask.feather_into);
    let checks = recipe.verify.resolve(&wording)?;
    let facts = facts(&scene, recipe.kind, canvas);
    let tags = recipe.tags.iter().chain(&order.tags).cloned().collect();
    Ok(Job {
        origin: order.found.origin,
        recipe_sha256: Digest::of(recipe.source.text.as_bytes()),
        params,
        brand: order.brand.name.clone(),
        tags,
        seed: order.seed,
        spec,
        scene: Arc::new(scene),
        canvas,
        target,
        facts,
        feather,
        prompt,
        checks,
        options,
        reply: order.reply.as_ref().map(hold),
        wish: order.wish.clone(),
        warnings,
        recipe,
    })
}

fn parameters(recipe: &Recipe, given: &[(String, String)]) -> Result<Vec<(String, ParamValue)>> {
    let names = || recipe.params.iter().map(|param| param.name.as_str());
    for (at, (name, _)) in given.iter().enumerate() {
        if !names().any(|known| known == name) {
            let message = format!("the recipe `{}` has no parameter `{name}`", recipe.name);
            let error = Error::new(ErrorKind::Usage, message);
            return Err(if recipe.params.is_empty() {
                error.hint("it takes no parameters")
            } else {
                error.hint(suggest::hint(name, names()))
            });
        }
        if given[..at].iter().any(|(earlier, _)| earlier == name) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("the parameter `{name}` is given twice"),
            ));
        }
    }
    let value =
        |param: &crate::recipe::Param| match given.iter().find(|(name, _)| *name == param.name) {
            Some((_, text)) => param.parse(text),
            None => param.default.clone().ok_or_else(|| {
                Error::new(
                    ErrorKind::Usage,
                    format!("the parameter `{}` is required", param.name),
                )
                .hint(format!("add `-p {}=…`{}", param.name, help(param)))
            }),
        };
    recipe
        .params
        .iter()
        .map(|param| Ok((param.name.clone(), value(param)?)))
        .collect()
}

fn help(param: &crate::recipe::Param) -> String {
    param
        .help
        .as_ref()
        .map(|help| format!(" ({help})"))
        .unwrap_or_default()
}

fn mask_spec(
    order: &Order,
    recipe: &Recipe,
    wording: &Wording,
    hold: impl Fn(&Input) -> Pixels,
) -> Result<MaskSpec> {
    if recipe.kind != Kind::Inpaint {
        if order.mask.is_some() {
            let message = format!(
                "the recipe `{}`, of kind `{}`, takes no mask",
                recipe.name, recipe.kind
            );
            return Err(Error::new(ErrorKind::Usage, message)
                .hint("`--protect FILE` names a region that must stay"));
        }
        return Ok(MaskSpec::None);
    }
    match (&order.mask, &recipe.mask.from) {
        (Some(MaskGiven::File(input)), _) => Ok(MaskSpec::File(hold(input))),
        (Some(MaskGiven::Words(words)), _) => in_words(words),
        (None, Some(from)) => {
            let words = wording.render(from)?;
            in_words(&words).map_err(|fault| {
                Error::new(fault.kind(), fault.to_string())
                    .at(from.place())
                    .maybe_hint(fault.hint_text().map(str::to_owned))
            })
        }
        (None, None) => Err(Error::new(
            ErrorKind::Input,
            format!("the recipe `{}` needs a mask", recipe.name),
        )
        .hint("give `--mask FILE` (white or transparent = may change) or a shape such as `--mask rect:10%,10%,30%,40%`")),
    }
}

fn in_words(words: &str) -> Result<MaskSpec> {
    if words == "source-alpha" {
        return Ok(MaskSpec::SourceAlpha);
    }
    if ["subject", "backdrop"].contains(&words) {
        let message =
            format!("the recipe needs a mask, and this version cannot find the `{words}` itself");
        return Err(Error::new(ErrorKind::Input, message)
            .hint("give `--mask FILE`, or a shape such as `--mask rect:10%,10%,30%,40%`"));
    }
    words
        .parse::<Shape>()
        .map(|_| MaskSpec::Shape(words.to_owned()))
}

/// Flags about a mask file that have no file to work on.
fn unused_flags(order: &Order, spec: &SceneSpec) -> Vec<String> {
    let has_file = matches!(spec.mask, MaskSpec::File(_)) || spec.protect.is_some();
    let flags = [
        (order.mask_from.is_some() && !has_file, "--mask-from"),
        (order.fit_mask && !has_file, "--fit-mask"),
        (
            order.invert_mask && spec.mask == MaskSpec::None,
            "--invert-mask",
        ),
    ];
    let unused = flags.into_iter().filter(|(unused, _)| *unused);
    unused
        .map(|(_, flag)| format!("`{flag}` changes nothing here"))
        .collect()
}

fn canvas(
    recipe: &Recipe,
    wording: &Wording,
    width: u32,
    height: u32,
    max_pixels: u64,
) -> Result<(Canvas, Option<Target>)> {
    let Some(rule) = &recipe.canvas else {
        return Ok((Canvas::of(width, height), None));
    };
    let text = wording.render(&rule.target)?;
    let target = target::parse(&text)
        .map_err(|fault| fault.of_kind(ErrorKind::Usage).at(rule.target.place()))?;
    if let Target::Pixels(w, h) = target
        && u64::from(w) * u64::from(h) > max_pixels
    {
        return Err(Error::new(
            ErrorKind::Input,
            format!("the target {w}×{h} has more than the limit of {max_pixels} pixels"),
        )
        .hint("raise the limit with `--max-pixels`, or choose a smaller target"));
    }
    let canvas = Canvas::grown(width, height, target, rule.anchor);
    if canvas.is_source(width, height) {
        return Err(Error::new(
            ErrorKind::Input,
            format!("the picture is {width}×{height} and has the ratio of `{target}` already"),
        )
        .hint("nothing has to grow; choose another target"));
    }
    if canvas.pixels() > max_pixels {
        return Err(Error::new(
            ErrorKind::Input,
            format!(
                "the canvas would be {}×{} = {} pixels, more than the limit of {max_pixels}",
                canvas.width,
                canvas.height,
                canvas.pixels()
            ),
        )
        .hint("raise the limit with `--max-pixels`, or choose another target"));
    }
    Ok((canvas, Some(target)))
}

fn rendered_prompt(recipe: &Recipe, wording: &Wording, brand: &Brand) -> Result<String> {
    let Some(template) = &recipe.prompt else {
        return Ok(String::new());
    };
    let text = wording.render(template)?;
    if text.is_empty() {
        return Err(
            Error::new(ErrorKind::Prompt, "the prompt is empty once rendered").at(template.place()),
        );
    }
    let mut paragraphs = vec![text];
    let keep: Vec<String> = recipe
        .keep
        .iter()
        .map(|clause| wording.render(clause))
        .collect::<Result<_>>()?;
    if !keep.is_empty() {
        paragraphs.push(keep.join(" "));
    }
    let prompt = paragraphs.join("\n\n");
    brand.check(&prompt)?;
    Ok(prompt)
}

fn provider_options(
    recipe: &Recipe,
    wording: &Wording,
    house: &House,
    warnings: &mut Vec<String>,
) -> Result<BTreeMap<String, Options>> {
    let mut resolved = BTreeMap::new();
    for table in &recipe.providers {
        let known = house
            .registry
            .iter()
            .find(|p| p.capabilities().name == table.name);
        match known {
            Some(provider) => {
                let specs = provider.capabilities().options;
                resolved.insert(table.name.clone(), options::resolve(table, specs, wording)?);
            }
            None => {
                let (line, _) = table.place.line_and_column();
                warnings.push(format!(
                    "{}:{line}: there is no provider `{}` here; its options are not checked",
                    fs::shown(table.place.file()),
                    table.name
                ));
            }
        }
    }
    Ok(resolved)
}

fn facts(scene: &Scene, kind: Kind, canvas: Canvas) -> Option<MaskFacts> {
    let (w, h) = scene.source.size();
    let new_area = (kind == Kind::Outpaint).then(|| canvas.new_area(w, h));
    MaskFacts::of(scene.mask.as_ref().or(new_area.as_ref())?)
}
