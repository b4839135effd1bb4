//! `scumble schema`

use std::process::ExitCode;

use schemars::schema_for;
use serde_json::Value;

use super::args::{SchemaArgs, SchemaName};
use super::report::Report;
use crate::error::Result;
use crate::recipe::file::{BrandFile, ProjectFile, RecipeFile};

pub(super) fn run(args: &SchemaArgs, report: &Report) -> Result<ExitCode> {
    let schema = of(args.name);
    report.data(&text(&schema), schema);
    Ok(ExitCode::SUCCESS)
}

/// The JSON Schema of a file format, generated from the types that read it.
pub(super) fn of(name: SchemaName) -> Value {
    match name {
        SchemaName::Recipe => schema_for!(RecipeFile),
        SchemaName::Brand => schema_for!(BrandFile),
        SchemaName::Project => schema_for!(ProjectFile),
    }
    .to_value()
}

/// The schema as a file.
pub(super) fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}
