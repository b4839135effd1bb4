//! From a text to a checked recipe.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use super::check::{check_mask_source, check_templates};
use super::file::{LengthFile, MaskFile, ParamFile, PromptFile, RecipeFile, VerifyFile};
use super::model::{
    CanvasRule, Covers, Kind, MaskRule, OutputRule, ProviderEntry, ProviderTable, Recipe,
    RouteWish, WrittenValue,
};
use super::params::{Param, ParamType};
use super::prompt::{PartialTexts, Partials, RESERVED, Template};
use super::verify::{self, VerifyRule};
use super::{target, written};
use crate::error::{Error, ErrorKind, Result};
use crate::picture::encode::JPEG_QUALITY;
use crate::picture::feather::WIDEST;
use crate::picture::shape::Length;
use crate::source::{Place, Source};

/// Feather in pixels where the mask marks a background: the old one must not shine through.
const BACKGROUND_FEATHER: f64 = 2.0;
/// Feather in pixels everywhere else: five to ten pixels hide an edge.
const FEATHER: f64 = 8.0;

/// Reads and checks a recipe.
///
/// # Errors
/// Kind `Recipe` or `Prompt`, at the place in the file.
pub fn load(source: &Arc<Source>, partials: &dyn Partials) -> Result<Recipe> {
    let file: RecipeFile = written::read(source, ErrorKind::Recipe, "recipe")?;
    let reader = Reader { source };
    reader.check_head(&file)?;
    let params = reader.params(&file)?;
    let (prompt, keep) = reader.prompt(&file)?;
    let canvas = file.canvas.as_ref().map(|canvas| CanvasRule {
        target: reader.template(&canvas.get_ref().target),
        anchor: canvas.get_ref().anchor,
    });
    let mask = reader.mask(&file)?;
    let providers = reader.providers(&file);
    reader.check_exports(&file)?;
    let mut recipe = Recipe {
        name: file.name.get_ref().clone(),
        version: file.version,
        title: file.title.unwrap_or_else(|| file.name.get_ref().clone()),
        kind: *file.kind.get_ref(),
        tags: file.tags,
        params,
        prompt,
        keep,
        mask,
        canvas,
        route: RouteWish {
            tier: file.route.tier,
            mask: file.route.mask,
            needs: file.route.needs,
        },
        verify: reader.verify(file.verify)?,
        output: OutputRule {
            exports: file
                .output
                .exports
                .iter()
                .map(|name| {
                    target::find(name.get_ref()).map_err(|e| e.at(source.place(name.span())))
                })
                .collect::<Result<_>>()?,
            quality: reader.small(
                file.output.quality.as_ref(),
                JPEG_QUALITY,
                1,
                100,
                "quality",
            )?,
        },
        providers,
        partials: PartialTexts::new(),
        source: Arc::clone(source),
    };
    let reads: Vec<(&str, Place)> = file
        .route
        .reads
        .iter()
        .map(|name| (name.get_ref().as_str(), source.place(name.span())))
        .collect();
    check_templates(&mut recipe, &reads, partials)?;
    Ok(recipe)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
}

impl Reader<'_> {
    fn wrong(&self, message: impl Into<String>, span: Range<usize>) -> Error {
        Error::new(ErrorKind::Recipe, message).at(self.source.place(span))
    }

    fn template(&self, text: &Spanned<String>) -> Template {
        Template::new(text.get_ref().as_str(), self.source, text.span())
    }

    fn bounded<T: Copy + PartialOrd + std::fmt::Display>(
        &self,
        value: Option<&Spanned<T>>,
        default: T,
        min: T,
        max: T,
        name: &str,
    ) -> Result<T> {
        match value {
            None => Ok(default),
            Some(value) if (min..=max).contains(value.get_ref()) => Ok(*value.get_ref()),
            Some(value) => Err(self.wrong(
                format!("`{name}` is {}, expected {min} to {max}", value.get_ref()),
                value.span(),
            )),
        }
    }

    fn check_exports(&self, file: &RecipeFile) -> Result<()> {
        let exports = &file.output.exports;
        let twice = (1..exports.len()).find(|at| exports[..*at].contains(&exports[*at]));
        twice.map_or(Ok(()), |at| {
            let message = format!("the export `{}` is named twice", exports[at].get_ref());
            Err(self.wrong(message, exports[at].span()).hint("name it once"))
        })
    }

    /// A whole number that fits in a byte once its bounds are held.
    fn small(
        &self,
        value: Option<&Spanned<i64>>,
        default: u8,
        min: u8,
        max: u8,
        name: &str,
    ) -> Result<u8> {
        let held = self.bounded(value, default.into(), min.into(), max.into(), name)?;
        Ok(u8::try_from(held).unwrap_or(default))
    }

    fn check_head(&self, file: &RecipeFile) -> Result<()> {
        let layout = *file.recipe.get_ref();
        if layout != 1 {
            return Err(self
                .wrong(
                    format!("the recipe's layout is {layout}, expected 1"),
                    file.recipe.span(),
                )
                .hint("a newer scumble may read it; see `scumble --version`"));
        }
        let name = file.name.get_ref();
        let is_word = |word: &str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if !name.split('-').all(is_word) {
            return Err(self
                .wrong(format!("`{name}` is not a recipe name"), file.name.span())
                .hint("write lower-case words joined by hyphens, for example `linen-backdrop`"));
        }
        let kind = *file.kind.get_ref();
        match (kind, &file.mask, &file.canvas) {
            (Kind::Outpaint, _, None) => Err(self
                .wrong(
                    "an outpaint recipe needs a `[canvas]` table",
                    file.kind.span(),
                )
                .hint("add `[canvas]` with `target = \"9:16\"`")),
            (Kind::Inpaint | Kind::Variation, _, Some(canvas)) => Err(self
                .wrong(
                    format!("a recipe of kind `{kind}` has no canvas"),
                    canvas.span(),
                )
                .hint("remove `[canvas]`, or set `kind = \"outpaint\"`")),
            (Kind::Variation | Kind::Outpaint, Some(mask), _) => Err(self
                .wrong(
                    format!("a recipe of kind `{kind}` has no mask"),
                    mask.span(),
                )
                .hint("remove `[mask]`, or set `kind = \"inpaint\"`")),
            _ => Ok(()),
        }
    }

    fn params(&self, file: &RecipeFile) -> Result<Vec<Param>> {
        let mut declared: Vec<(&Spanned<String>, &Spanned<ParamFile>)> =
            file.params.iter().collect();
        declared.sort_by_key(|(name, _)| name.span().start);
        declared
            .into_iter()
            .map(|(name, written)| self.param(name, written))
            .collect()
    }

    fn param(&self, name: &Spanned<String>, written: &Spanned<ParamFile>) -> Result<Param> {
        let (word, spec) = (name.get_ref(), written.get_ref());
        let is_identifier = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_identifier {
            return Err(self
                .wrong(format!("`{word}` is not a parameter name"), name.span())
                .hint("begin with a lower-case letter; letters, digits and `_` follow"));
        }
        if RESERVED.contains(&word.as_str()) {
            return Err(self
                .wrong(
                    format!("`{word}` is scumble's own name in templates"),
                    name.span(),
                )
                .hint("choose another name for the parameter"));
        }
        if (spec.kind == ParamType::Choice) == spec.choices.is_empty() {
            let message = match spec.kind {
                ParamType::Choice => format!("the choice `{word}` has no `choices`"),
                other => format!("`choices` do not go with the type `{}`", other.word()),
            };
            let hint = match spec.kind {
                ParamType::Choice => "add `choices = [\"…\"]`",
                _ => "remove them, or set `type = \"choice\"`",
            };
            return Err(self.wrong(message, name.span()).hint(hint));
        }
        let numeric = matches!(spec.kind, ParamType::Number | ParamType::Integer);
        if !numeric && (spec.min.is_some() || spec.max.is_some()) {
            return Err(self.wrong(
                format!(
                    "`min` and `max` do not go with the type `{}`",
                    spec.kind.word()
                ),
                name.span(),
            ));
        }
        if let (Some(min), Some(max)) = (spec.min, spec.max)
            && min > max
        {
            return Err(self.wrong(
                format!("`min` is {min}, above `max`, which is {max}"),
                name.span(),
            ));
        }
        let mut param = Param {
            name: word.clone(),
            kind: spec.kind,
            default: None,
            help: spec.help.clone(),
            choices: spec.choices.clone(),
            min: spec.min,
            max: spec.max,
            place: self.source.place(name.span()),
        };
        param.default = match (&spec.default, spec.required) {
            (Some(default), true) => {
                return Err(self
                    .wrong(
                        format!("`{word}` is required and has a default"),
                        default.span(),
                    )
                    .hint("remove one of the two"));
            }
            (None, true) => None,
            (Some(default), false) => {
                let value = param.read_default(default.get_ref()).map_err(|fault| {
                    self.wrong(fault.to_string(), default.span())
                        .maybe_hint(fault.hint_text().map(str::to_owned))
                })?;
                Some(value)
            }
            (None, false) => Some(param.empty().ok_or_else(|| {
                self.wrong(
                    format!("the parameter `{word}` has no default"),
                    name.span(),
                )
                .hint("add `default = …`, or `required = true`")
            })?),
        };
        Ok(param)
    }

    fn prompt(&self, file: &RecipeFile) -> Result<(Option<Template>, Vec<Template>)> {
        let Some(prompt) = &file.prompt else {
            if *file.kind.get_ref() == Kind::Variation {
                return Ok((None, Vec::new()));
            }
            return Err(self
                .wrong(
                    format!(
                        "a recipe of kind `{}` needs a `prompt`",
                        file.kind.get_ref()
                    ),
                    file.kind.span(),
                )
                .hint("say what the changed part should show: `prompt = \"…\"`"));
        };
        let (text, keep) = match prompt.get_ref() {
            PromptFile::Text(text) => (
                Template::new(text.as_str(), self.source, prompt.span()),
                Vec::new(),
            ),
            PromptFile::Table(table) => (
                self.template(&table.text),
                table
                    .keep
                    .iter()
                    .map(|clause| self.template(clause))
                    .collect(),
            ),
        };
        if text.text().trim().is_empty() {
            return Err(Error::new(ErrorKind::Recipe, "the prompt is empty").at(text.place()));
        }
        Ok((Some(text), keep))
    }

    fn mask(&self, file: &RecipeFile) -> Result<MaskRule> {
        let none = MaskFile::default();
        let written = file.mask.as_ref().map_or(&none, Spanned::get_ref);
        let default = match written.covers {
            Some(Covers::Background) => BACKGROUND_FEATHER,
            Some(Covers::Object) | None => FEATHER,
        };
        let feather = match &written.feather {
            None => Length::Pixels(default),
            Some(length) => self.length("feather", length)?,
        };
        let grow = match &written.grow {
            None => Length::Pixels(0.0),
            Some(length) => self.length("grow", length)?,
        };
        let from = written.from.as_ref().map(|from| self.template(from));
        if let Some(from) = from.as_ref().filter(|from| from.is_plain()) {
            check_mask_source(from.text()).map_err(|fault| fault.at(from.place()))?;
        }
        Ok(MaskRule {
            covers: written.covers,
            from,
            feather,
            grow,
            feather_into: written.feather_into,
            focus: written.focus,
        })
    }

    fn length(&self, key: &str, written: &Spanned<LengthFile>) -> Result<Length> {
        let length = match written.get_ref() {
            LengthFile::Pixels(pixels) => Length::Pixels(*pixels),
            LengthFile::Text(text) => text.parse().map_err(|_| {
                self.wrong(
                    format!("`{key}` is `{text}`, expected pixels such as 12, or \"0.3%\""),
                    written.span(),
                )
            })?,
        };
        let fits = match length {
            Length::Pixels(pixels) => (0.0..=WIDEST).contains(&pixels),
            Length::Percent(percent) => (0.0..=50.0).contains(&percent),
        };
        if fits {
            return Ok(length);
        }
        Err(self.wrong(
            format!("`{key}` is {length}, expected 0 to {WIDEST} px or 0 to 50 %"),
            written.span(),
        ))
    }

    fn providers(&self, file: &RecipeFile) -> Vec<ProviderTable> {
        let mut tables: Vec<ProviderTable> = file
            .provider
            .iter()
            .map(|(name, options)| {
                let mut entries: Vec<ProviderEntry> = options
                    .iter()
                    .map(|(key, value)| ProviderEntry {
                        key: key.get_ref().clone(),
                        key_place: self.source.place(key.span()),
                        value: self.value(value.get_ref(), value.span()),
                        place: self.source.place(value.span()),
                    })
                    .collect();
                entries.sort_by_key(|entry| entry.key_place.line_and_column());
                ProviderTable {
                    name: name.get_ref().clone(),
                    place: self.source.place(name.span()),
                    entries,
                }
            })
            .collect();
        tables.sort_by_key(|table| table.place.line_and_column());
        tables
    }

    fn verify(&self, file: VerifyFile) -> Result<VerifyRule> {
        let share = |value: Option<&Spanned<f64>>, default, most, name| {
            self.bounded(value, default, 0.0, most, name)
        };
        Ok(VerifyRule {
            max_drift: share(
                file.max_drift.as_ref(),
                verify::MAX_DRIFT,
                100.0,
                "max_drift",
            )?,
            attempts: self.small(file.attempts.as_ref(), verify::ATTEMPTS, 1, 4, "attempts")?,
            max_seam: share(file.max_seam.as_ref(), verify::MAX_SEAM, 100.0, "max_seam")?,
            palette: file.palette.map(|palette| {
                let span = palette.span();
                (
                    self.value(palette.get_ref(), span.clone()),
                    self.source.place(span),
                )
            }),
            min_palette: share(
                file.min_palette.as_ref(),
                verify::MIN_PALETTE,
                1.0,
                "min_palette",
            )?,
            logo: file.logo.map(|logo| self.template(&logo)),
            min_logo: share(file.min_logo.as_ref(), verify::MIN_LOGO, 1.0, "min_logo")?,
        })
    }

    fn value(&self, value: &toml::Value, span: Range<usize>) -> WrittenValue {
        match value {
            toml::Value::String(text) => {
                WrittenValue::Template(Template::new(text.as_str(), self.source, span))
            }
            toml::Value::Integer(number) => WrittenValue::Plain((*number).into()),
            toml::Value::Float(number) => WrittenValue::Plain((*number).into()),
            toml::Value::Boolean(flag) => WrittenValue::Plain((*flag).into()),
            toml::Value::Array(items) => WrittenValue::List(
                items
                    .iter()
                    .map(|item| self.value(item, span.clone()))
                    .collect(),
            ),
            // No provider declares an option of these types, so the check of options refuses them.
            other @ (toml::Value::Datetime(_) | toml::Value::Table(_)) => {
                WrittenValue::Plain(other.to_string().into())
            }
        }
    }
}
