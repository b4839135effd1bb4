//! Prompt templates: words with holes for parameters, brand and picture.
//!
//! The language is minijinja with strict undefined values and bounded fuel. Partials are texts that
//! lie beside the recipe; they are collected when the recipe is loaded, so rendering reads nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;
use std::ops::Range;
use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Environment, ErrorKind as Fault, UndefinedBehavior, Value};

use super::brand::Brand;
use super::params::ParamValue;
use crate::error::{Error, ErrorKind, Result};
use crate::picture::Canvas;
use crate::source::{Place, Source};
use crate::suggest;

/// Steps a template may take; a long prompt takes a few hundred.
const FUEL: u64 = 50_000;

/// Names that belong to scumble in every template.
pub const RESERVED: [&str; 3] = ["brand", "canvas", "image"];

/// Functions of the language that a template may call.
pub(super) const FUNCTIONS: [&str; 3] = ["range", "dict", "namespace"];

/// What the reserved names hold.
const ATTRIBUTES: [(&str, &[&str]); 3] = [
    ("brand", &["name", "palette", "lighting", "voice"]),
    ("canvas", &["width", "height", "grows"]),
    ("image", &["width", "height", "orientation"]),
];

/// Where partials come from.
pub trait Partials {
    /// The text of a partial, or `None` when there is none of that name.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn partial(&self, name: &str) -> Result<Option<Arc<Source>>>;
}

/// Partials by name, as a recipe uses them.
pub type PartialTexts = BTreeMap<String, Arc<Source>>;

/// A text that may hold `{{ expressions }}`, with its place in a file.
#[derive(Debug, Clone)]
pub struct Template {
    text: String,
    source: Arc<Source>,
    span: Range<usize>,
}

impl Template {
    /// A text that stands at this range of a file.
    pub fn new(text: impl Into<String>, source: &Arc<Source>, span: Range<usize>) -> Self {
        Self {
            text: text.into(),
            source: Arc::clone(source),
            span,
        }
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        self.source.place(self.span.clone())
    }

    /// Whether it holds nothing to render.
    pub fn is_plain(&self) -> bool {
        !["{{", "{%", "{#"]
            .iter()
            .any(|mark| self.text.contains(mark))
    }

    /// The place of a range of bytes of the text. Exact unless the file writes it with escapes.
    fn place_of(&self, range: Range<usize>) -> Place {
        let written = self.source.text.get(self.span.clone()).unwrap_or_default();
        match written.find(&self.text) {
            Some(at) if !self.text.is_empty() => {
                let base = self.span.start + at;
                self.source.place(base + range.start..base + range.end)
            }
            _ => self.place(),
        }
    }

    /// The expression, when the text is exactly one `{{ expression }}`.
    fn expression(&self) -> Option<&str> {
        let inner = self.text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
        (!inner.contains("{{") && !inner.contains("}}")).then(|| inner.trim_matches('-').trim())
    }

    /// The variables the text reads, each with a place, partials included.
    ///
    /// # Errors
    /// Kind `Prompt` when the text is no template.
    pub(super) fn variables(&self, partials: &PartialTexts) -> Result<BTreeMap<String, Place>> {
        let mut found = BTreeMap::new();
        let environment = environment();
        self.collect(&environment, partials, &mut BTreeSet::new(), &mut found)?;
        Ok(found)
    }

    fn collect(
        &self,
        environment: &Environment<'_>,
        partials: &PartialTexts,
        seen: &mut BTreeSet<String>,
        found: &mut BTreeMap<String, Place>,
    ) -> Result<()> {
        let parsed = environment
            .template_from_str(&self.text)
            .map_err(|fault| explain(&fault, self, partials))?;
        for variable in parsed.undeclared_variables(true) {
            let variable = self.check_attribute(&variable)?.to_owned();
            let range = word_in_tags(&self.text, &variable);
            let place = range.map_or_else(|| self.place(), |range| self.place_of(range));
            found.entry(variable).or_insert(place);
        }
        for (name, _) in included(&self.text) {
            if let (Some(partial), true) = (partials.get(name), seen.insert(name.to_owned())) {
                of_partial(partial).collect(environment, partials, seen, found)?;
            }
        }
        Ok(())
    }

    /// The name before the first dot, once what follows it is known to exist.
    fn check_attribute<'a>(&self, variable: &'a str) -> Result<&'a str> {
        let Some((name, rest)) = variable.split_once('.') else {
            return Ok(variable);
        };
        let Some((_, known)) = ATTRIBUTES.iter().find(|(reserved, _)| *reserved == name) else {
            return Ok(name);
        };
        let attribute = rest.split('.').next().unwrap_or(rest);
        if known.contains(&attribute) {
            return Ok(name);
        }
        let place = word_in_tags(&self.text, &format!("{name}.{attribute}"))
            .map_or_else(|| self.place(), |range| self.place_of(range));
        Err(
            Error::new(ErrorKind::Prompt, format!("`{name}` has no `{attribute}`"))
                .at(place)
                .hint(suggest::hint(attribute, known.iter().copied())),
        )
    }

    /// Adds the partials the text includes, and those they include.
    ///
    /// # Errors
    /// Kind `Prompt` when one does not exist.
    pub(super) fn gather(&self, from: &dyn Partials, into: &mut PartialTexts) -> Result<()> {
        if let Some(range) = unnamed_include(&self.text) {
            return Err(
                Error::new(ErrorKind::Prompt, "a partial is named in quotes")
                    .at(self.place_of(range))
                    .hint("write `{% include \"light.txt\" %}`"),
            );
        }
        for (name, range) in included(&self.text) {
            if into.contains_key(name) {
                continue;
            }
            let partial = from.partial(name)?.ok_or_else(|| {
                Error::new(ErrorKind::Prompt, format!("there is no partial `{name}`"))
                    .at(self.place_of(range))
                    .hint("partials are text files in `partials/` beside the recipe")
            })?;
            let template = of_partial(&partial);
            into.insert(name.to_owned(), partial);
            template.gather(from, into)?;
        }
        Ok(())
    }
}

/// A whole partial as a template.
fn of_partial(partial: &Arc<Source>) -> Template {
    Template::new(partial.text.as_str(), partial, 0..partial.text.len())
}

/// The names in `{% include "name" %}`, with the ranges of the names.
fn included(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut names = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("{%").map(|at| from + at) {
        let Some(close) = text[open..].find("%}").map(|at| open + at) else {
            break;
        };
        let tag = &text[open + 2..close];
        if tag
            .trim_start_matches(['-', '+', ' ', '\n'])
            .starts_with("include")
        {
            let quote = tag.find(['"', '\'']);
            let end =
                quote.and_then(|at| tag[at + 1..].find(&tag[at..=at]).map(|end| at + 1 + end));
            if let (Some(start), Some(end)) = (quote, end) {
                let range = open + 2 + start + 1..open + 2 + end;
                names.push((&text[range.clone()], range));
            }
        }
        from = close + 2;
    }
    names
}

/// A tag that brings in another template in a way that cannot be followed when the recipe is loaded.
fn unnamed_include(text: &str) -> Option<Range<usize>> {
    text.match_indices("{%").find_map(|(open, _)| {
        let close = open + text[open..].find("%}")?;
        let tag = text[open + 2..close].trim_start_matches(['-', '+']).trim();
        let (word, rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let unnamed = word == "include" && !rest.trim_start().starts_with(['"', '\'']);
        (unnamed || ["extends", "import", "from"].contains(&word)).then_some(open..close + 2)
    })
}

/// The first place of a whole word inside `{{ … }}` or `{% … %}`.
fn word_in_tags(text: &str, word: &str) -> Option<Range<usize>> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(word)
        .map(|(at, _)| at..at + word.len())
        .find(|range| {
            let before = &text[..range.start];
            let inside = before.rfind("{{").max(before.rfind("{%"))
                > before.rfind("}}").max(before.rfind("%}"));
            let free = !before.ends_with(is_part)
                && !text[range.end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
            inside && free
        })
}

/// What templates may say: the values of this run, and the partials.
#[derive(Debug)]
pub struct Wording {
    environment: Environment<'static>,
    partials: PartialTexts,
    values: Value,
}

/// What templates may know of the picture.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// Columns of the upright source.
    pub width: u32,
    /// Rows of the upright source.
    pub height: u32,
}

impl Wording {
    /// The values of one run.
    pub fn new(
        params: &[(String, ParamValue)],
        brand: &Brand,
        scene: Scene,
        partials: &PartialTexts,
    ) -> Self {
        let mut values: BTreeMap<String, Value> = params
            .iter()
            .map(|(name, value)| (name.clone(), value.to_template()))
            .collect();
        values.insert("brand".into(), brand.to_template());
        values.insert("image".into(), scene.to_template());
        let mut environment = environment();
        for (name, partial) in partials {
            // A partial that is no template is reported where it is included.
            let _ = environment.add_template_owned(name.clone(), partial.text.clone());
        }
        Self {
            environment,
            partials: partials.clone(),
            values: Value::from(values),
        }
    }

    /// The same, once the canvas is known: an outpainting's prompt can say where the new area lies.
    pub fn set_canvas(&mut self, scene: Scene, canvas: Canvas) {
        self.environment
            .add_global("canvas", canvas_to_template(scene, canvas));
    }

    /// Renders a template to text, without white space around it.
    ///
    /// # Errors
    /// Kind `Prompt`, at the place in the file.
    pub fn render(&self, template: &Template) -> Result<String> {
        self.environment
            .render_str(&template.text, self.values.clone())
            .map(|text| text.trim().to_owned())
            .map_err(|fault| explain(&fault, template, &self.partials))
    }

    /// Renders a template to a value: exactly one `{{ expression }}` keeps the expression's type,
    /// anything else is text.
    ///
    /// # Errors
    /// Kind `Prompt`, at the place in the file.
    pub fn evaluate(&self, template: &Template) -> Result<serde_json::Value> {
        let Some(expression) = template.expression() else {
            return self.render(template).map(serde_json::Value::String);
        };
        let value = self
            .environment
            .compile_expression(expression)
            .and_then(|expression| expression.eval(self.values.clone()))
            .map_err(|fault| explain(&fault, template, &self.partials))?;
        to_json(&value).ok_or_else(|| {
            Error::new(
                ErrorKind::Prompt,
                format!("`{expression}` has no value here"),
            )
            .at(template.place())
        })
    }
}

impl Scene {
    fn to_template(self) -> Value {
        let orientation = match self.width.cmp(&self.height) {
            std::cmp::Ordering::Less => "portrait",
            std::cmp::Ordering::Equal => "square",
            std::cmp::Ordering::Greater => "landscape",
        };
        Value::from(BTreeMap::from([
            ("width", Value::from(self.width)),
            ("height", Value::from(self.height)),
            ("orientation", Value::from(orientation)),
        ]))
    }
}

fn canvas_to_template(scene: Scene, canvas: Canvas) -> Value {
    let (right, bottom) = (
        canvas.width.saturating_sub(canvas.x + scene.width),
        canvas.height.saturating_sub(canvas.y + scene.height),
    );
    let sides = [
        (canvas.y, "above"),
        (bottom, "below"),
        (canvas.x, "to the left"),
        (right, "to the right"),
    ];
    let sides: Vec<&str> = sides
        .iter()
        .filter(|(pixels, _)| *pixels > 0)
        .map(|(_, word)| *word)
        .collect();
    Value::from(BTreeMap::from([
        ("width", Value::from(canvas.width)),
        ("height", Value::from(canvas.height)),
        ("grows", Value::from(sides.join(" and "))),
    ]))
}

/// The language: strict, bounded, with the filters a copywriter would want.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    environment.set_recursion_limit(16);
    environment.add_filter("list", |items: Vec<String>| match items.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    });
    environment.add_filter("sentence", |text: String| {
        let text = text.trim();
        let mut characters = text.chars();
        let start: String = characters
            .next()
            .map(|first| first.to_uppercase().collect())
            .unwrap_or_default();
        let stop = if text.ends_with(['.', '!', '?']) || text.is_empty() {
            ""
        } else {
            "."
        };
        format!("{start}{}{stop}", characters.as_str())
    });
    environment
}

fn to_json(value: &Value) -> Option<serde_json::Value> {
    Some(match value.kind() {
        ValueKind::Bool => value.is_true().into(),
        ValueKind::Number => match value.as_i64() {
            Some(number) if value.is_integer() => number.into(),
            _ => f64::try_from(value.clone()).ok()?.into(),
        },
        ValueKind::String => value.as_str()?.into(),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().ok()?;
            serde_json::Value::Array(items.map(|item| to_json(&item)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// A template fault in this house's grammar, at its place.
fn explain(fault: &minijinja::Error, template: &Template, partials: &PartialTexts) -> Error {
    let mut innermost = fault;
    while let Some(cause) = innermost
        .source()
        .and_then(|s| s.downcast_ref::<minijinja::Error>())
    {
        innermost = cause;
    }
    let home = innermost
        .name()
        .and_then(|name| partials.get(name))
        .map(of_partial);
    let home = home.as_ref().unwrap_or(template);
    let range = innermost
        .range()
        .filter(|range| range.end <= home.text.len());
    let words = range
        .clone()
        .and_then(|range| home.text.get(range))
        .unwrap_or_default()
        .trim();
    let detail = innermost
        .detail()
        .map(str::to_owned)
        .unwrap_or_else(|| innermost.kind().to_string());
    let message = match innermost.kind() {
        Fault::UndefinedError if words.is_empty() => "an undefined value is used".to_owned(),
        Fault::UndefinedError => format!("`{words}` is not defined"),
        Fault::UnknownFilter => format!("unknown filter `{}`", filter_name(&detail)),
        Fault::OutOfFuel => "the template computes too much".to_owned(),
        Fault::SyntaxError => format!("the template is wrong: {detail}"),
        _ if detail.contains("recursion limit") => {
            "the partials include each other without end".to_owned()
        }
        _ => detail.clone(),
    };
    let place = range.map_or_else(|| home.place(), |range| home.place_of(range));
    let error = Error::new(ErrorKind::Prompt, message).at(place);
    match innermost.kind() {
        Fault::UnknownFilter => {
            error.hint(match suggest::closest(filter_name(&detail), FILTERS) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "besides minijinja's there are `list` (a, b and c) and `sentence` (capital and full stop)".to_owned(),
            })
        }
        Fault::OutOfFuel => error.hint("shorten its loops; a prompt takes a few hundred steps"),
        Fault::SyntaxError if detail.contains("unexpected end") => {
            error.hint("close every `{{` with `}}`, and every `{% if … %}` with `{% endif %}`")
        }
        Fault::SyntaxError => error.hint("a literal `{{` is written `{{ \"{{\" }}`"),
        _ => error,
    }
}

/// Filters people reach for, for did-you-mean.
const FILTERS: [&str; 16] = [
    "capitalize",
    "default",
    "first",
    "float",
    "int",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "replace",
    "round",
    "sentence",
    "title",
    "trim",
    "upper",
];

/// The name in minijinja's "filter x is unknown".
fn filter_name(detail: &str) -> &str {
    detail
        .strip_prefix("filter ")
        .and_then(|rest| rest.split(' ').next())
        .unwrap_or(detail)
}
