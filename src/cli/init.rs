//! `scumble init`

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::args::{InitArgs, SchemaName};
use super::report::Report;
use super::schema;
use crate::error::{Error, ErrorKind, Result};
use crate::fs::{self, Existing};
use crate::library::PROJECT_FILE;

const PROJECT: &str = "\
# This file marks a scumble project: recipes in `recipes/` are found by name from here and below.

# The brand every recipe draws on:
# brand = \"brands/ours.toml\"
";

const FIRST_RECIPE: &str = "\
#:schema ./recipe.schema.json
recipe = 1                     # layout of this file
name = \"linen-backdrop\"
kind = \"inpaint\"               # inpaint: a marked part changes · variation: all shifts · outpaint: canvas grows
prompt = \"The product on pale linen, soft daylight from the left, a faint shadow under it.\"

[mask]
covers = \"background\"          # a mask marks everything but the product; the opposite is refused
";

pub(super) fn run(args: &InitArgs, report: &Report) -> Result<ExitCode> {
    let folder = &args.folder;
    let files = [
        (folder.join(PROJECT_FILE), PROJECT.to_owned()),
        (
            folder.join("recipes/linen-backdrop.toml"),
            FIRST_RECIPE.to_owned(),
        ),
        (
            folder.join("recipes/recipe.schema.json"),
            schema::text(&schema::of(SchemaName::Recipe)),
        ),
    ];
    if folder.is_file() {
        let message = format!("`{}` is a file, not a folder", folder.display());
        return Err(
            Error::new(ErrorKind::Usage, message).hint("name a folder: `scumble init FOLDER`")
        );
    }
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("`{}` is already there", path.display()),
        )
        .hint("choose another folder: `scumble init FOLDER`"));
    }
    fs::create_folder(&folder.join("recipes"))?;
    for (path, text) in &files {
        fs::write(path, text.as_bytes(), Existing::Keep)?;
    }
    let written: Vec<String> = files
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    report.data(
        &format!("{}\n", written.join("\n")),
        json!({"written": written}),
    );
    let into = if folder == Path::new(".") {
        String::new()
    } else {
        format!("cd {} && ", folder.display())
    };
    report.say(&format!(
        "now edit the prompt in recipes/linen-backdrop.toml and try it:\n  \
         {into}scumble run linen-backdrop PICTURE --mask MASK"
    ));
    Ok(ExitCode::SUCCESS)
}
