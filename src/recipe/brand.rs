//! Brands: palette, lighting and voice that every recipe can draw on.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::Value;

use super::file::BrandFile;
use super::written;
use crate::error::{Error, ErrorKind, Result};
use crate::picture::Color;
use crate::source::Source;

/// A checked brand.
#[derive(Debug, Clone)]
pub struct Brand {
    /// Its name.
    pub name: String,
    /// Its colours, the most important first.
    pub palette: Vec<Color>,
    /// Its light, as a phrase for prompts.
    pub lighting: String,
    /// Its mood, as a phrase for prompts.
    pub voice: String,
    /// Words that must not appear in a prompt.
    pub forbidden: Vec<String>,
}

impl Brand {
    /// The built-in brand: neutral colours, soft daylight, no forbidden words.
    pub fn plain() -> Self {
        let palette = [
            [0xee, 0xe9, 0xe1],
            [0xd8, 0xcf, 0xc2],
            [0xb9, 0xab, 0x98],
            [0x6f, 0x66, 0x5c],
        ];
        Self {
            name: "plain".into(),
            palette: palette.map(Color).to_vec(),
            lighting: "soft daylight".into(),
            voice: "calm and plain".into(),
            forbidden: Vec::new(),
        }
    }

    /// Reads a brand file.
    ///
    /// # Errors
    /// Kind `Config`, at the place in the file.
    pub fn load(source: &Arc<Source>) -> Result<Self> {
        let file: BrandFile = written::read(source, ErrorKind::Config, "brand")?;
        if *file.brand.get_ref() != 1 {
            let message = format!("the brand's layout is {}, expected 1", file.brand.get_ref());
            return Err(Error::new(ErrorKind::Config, message).at(source.place(file.brand.span())));
        }
        let color = |text: &toml::Spanned<String>| {
            text.get_ref().parse::<Color>().map_err(|fault| {
                Error::new(ErrorKind::Config, fault.to_string())
                    .at(source.place(text.span()))
                    .hint("write it as `#rrggbb`")
            })
        };
        // What a brand leaves open is the built-in one's, so that no prompt has a hole.
        let plain = Self::plain();
        Ok(Self {
            name: file.name,
            palette: file.palette.iter().map(color).collect::<Result<_>>()?,
            lighting: file.lighting.unwrap_or(plain.lighting),
            voice: file.voice.unwrap_or(plain.voice),
            forbidden: file.forbidden,
        })
    }

    /// Refuses a prompt that uses a forbidden word.
    ///
    /// # Errors
    /// Kind `Prompt`, naming the word.
    pub fn check(&self, prompt: &str) -> Result<()> {
        let prompt = prompt.to_lowercase();
        let is_word = |word: &str| {
            let word = word.to_lowercase();
            prompt.match_indices(&word).any(|(at, _)| {
                !prompt[..at].ends_with(char::is_alphanumeric)
                    && !prompt[at + word.len()..].starts_with(char::is_alphanumeric)
            })
        };
        match self
            .forbidden
            .iter()
            .find(|word| !word.trim().is_empty() && is_word(word))
        {
            None => Ok(()),
            Some(word) => Err(Error::new(
                ErrorKind::Prompt,
                format!(
                    "the prompt says `{word}`, which the brand `{}` forbids",
                    self.name
                ),
            )
            .hint("see the prompt with `scumble plan`, and change the recipe or the parameter")),
        }
    }

    /// What templates see as `brand`.
    pub(super) fn to_template(&self) -> Value {
        let palette: Vec<Value> = self
            .palette
            .iter()
            .map(|color| Value::from(color.to_string()))
            .collect();
        Value::from(BTreeMap::from([
            ("name", Value::from(self.name.as_str())),
            ("palette", Value::from(palette)),
            ("lighting", Value::from(self.lighting.as_str())),
            ("voice", Value::from(self.voice.as_str())),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_words_are_found_as_words() {
        let brand = Brand {
            forbidden: vec!["Luxury".into()],
            ..Brand::plain()
        };
        assert!(brand.check("a luxury jar").is_err());
        assert!(brand.check("a luxurious jar").is_ok());
    }

    #[test]
    fn a_wrong_colour_is_shown_in_its_line() {
        let source = Source::new(
            "acme.toml",
            "brand = 1\nname = \"acme\"\npalette = [\"red\"]\n",
        );
        let error = Brand::load(&source).unwrap_err();
        assert!(
            error.report().contains("acme.toml:3:12"),
            "{}",
            error.report()
        );
    }
}
