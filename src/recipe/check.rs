//! What holds between the parts of a recipe: templates parse, names are declared, nothing is unused.

use std::collections::BTreeMap;

use super::model::{Recipe, WrittenValue};
use super::prompt::{self, PartialTexts, Partials, RESERVED, Template};
use super::target;
use crate::error::{Error, ErrorKind, Result};
use crate::picture::Shape;
use crate::source::Place;
use crate::suggest;

/// Words for masks that are no files and no shapes. `subject` and `backdrop` say what a mask would
/// have to find in the picture; a recipe may name them, and asks for a file until they are made.
const MASK_WORDS: [&str; 3] = ["source-alpha", "subject", "backdrop"];

/// Whether a text can say where a mask comes from: one of the words, or a shape.
///
/// # Errors
/// Kind `Recipe` when it is neither.
pub(super) fn check_mask_source(text: &str) -> Result<()> {
    if MASK_WORDS.contains(&text) {
        return Ok(());
    }
    if text.contains(':') {
        return text
            .parse::<Shape>()
            .map(drop)
            .map_err(|fault| fault.of_kind(ErrorKind::Recipe));
    }
    let hint = suggest::closest(text, MASK_WORDS).map_or_else(
        || {
            "expected `source-alpha`, or a shape such as `rect:10%,10%,30%,40%` or `ellipse:…`"
                .to_owned()
        },
        |word| format!("did you mean `{word}`?"),
    );
    Err(Error::new(ErrorKind::Recipe, format!("`{text}` is no source of masks")).hint(hint))
}

/// Every template parses, every variable is declared, every parameter is used.
pub(super) fn check_templates(
    recipe: &mut Recipe,
    reads: &[(&str, Place)],
    partials: &dyn Partials,
) -> Result<()> {
    let mut texts = PartialTexts::new();
    for template in recipe.templates() {
        template.gather(partials, &mut texts)?;
    }
    recipe.partials = texts;
    let mut used: BTreeMap<String, Place> = BTreeMap::new();
    for template in recipe.templates() {
        for (variable, place) in template.variables(&recipe.partials)? {
            used.entry(variable).or_insert(place);
        }
    }
    let names = || recipe.params.iter().map(|param| param.name.as_str());
    for (name, place) in &used {
        let known = names().any(|known| known == name) || RESERVED.contains(&name.as_str());
        if !known && !prompt::FUNCTIONS.contains(&name.as_str()) {
            return Err(
                Error::new(ErrorKind::Recipe, format!("`{name}` is not declared"))
                    .at(place.clone())
                    .hint(match suggest::closest(name, names().chain(RESERVED)) {
                        Some(known) => format!("did you mean `{known}`?"),
                        None => format!("declare it: `[params.{name}]` with a `type`"),
                    }),
            );
        }
    }
    for (name, place) in reads {
        if !names().any(|known| known == *name) {
            return Err(
                Error::new(ErrorKind::Recipe, format!("`{name}` is not declared"))
                    .at(place.clone())
                    .hint(suggest::hint(name, names())),
            );
        }
    }
    for param in &recipe.params {
        let read = reads.iter().any(|(name, _)| *name == param.name);
        if !read && !used.contains_key(&param.name) {
            return Err(Error::new(
                ErrorKind::Recipe,
                format!("the parameter `{}` is never used", param.name),
            )
            .at(param.place.clone())
            .hint(format!(
                "use it as `{{{{ {} }}}}`, or remove it",
                param.name
            )));
        }
    }
    if let Some(canvas) = recipe
        .canvas
        .as_ref()
        .filter(|canvas| canvas.target.is_plain())
    {
        target::parse(canvas.target.text()).map_err(|fault| {
            Error::new(ErrorKind::Recipe, fault.to_string())
                .at(canvas.target.place())
                .maybe_hint(fault.hint_text().map(str::to_owned))
        })?;
    }
    Ok(())
}

impl Recipe {
    /// Every text of the recipe that is rendered.
    fn templates(&self) -> Vec<Template> {
        fn of_value(value: &WrittenValue, into: &mut Vec<Template>) {
            match value {
                WrittenValue::Template(template) => into.push(template.clone()),
                WrittenValue::Plain(_) => {}
                WrittenValue::List(items) => items.iter().for_each(|item| of_value(item, into)),
            }
        }
        let mut templates: Vec<Template> = self.prompt.iter().chain(&self.keep).cloned().collect();
        templates.extend(self.mask.from.clone());
        templates.extend(self.canvas.iter().map(|canvas| canvas.target.clone()));
        for entry in self.providers.iter().flat_map(|table| &table.entries) {
            of_value(&entry.value, &mut templates);
        }
        if let Some((palette, _)) = &self.verify.palette {
            of_value(palette, &mut templates);
        }
        templates.extend(self.verify.logo.clone());
        templates
    }
}
