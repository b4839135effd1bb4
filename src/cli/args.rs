//! The command line's shape: one definition for parsing, help and completions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::picture::decode::MAX_PIXELS;
use crate::picture::feather::WIDEST;

/// Edit recipes for pictures: change one thing, and prove that nothing else moved.
#[derive(Debug, Parser)]
#[command(
    name = "scumble",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
#[command(after_help = "\
Examples:
  scumble demo                                         see what it does, offline
  scumble list                                         the recipes there are
  scumble run background-swap jar.jpg --mask mask.png -p surface=\"pale oak\" -o out.png
  scumble plan outpaint-9x16 square.jpg                what would happen, and what it would cost")]
pub(super) struct Arguments {
    /// Print exactly one JSON envelope on standard output
    #[arg(long, global = true)]
    pub(super) json: bool,

    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Edit a picture with a recipe
    Run(Box<RunArgs>),
    /// Show what `run` would do, without doing it: prompt, mask, candidates, price
    Plan(Box<EditArgs>),
    /// Edit sample pictures offline, and leave a page to look at
    Demo(DemoArgs),
    /// Make this folder, or a new one, a project with a first recipe
    Init(InitArgs),
    /// List the recipes that can be run by name
    #[command(after_help = "Examples:\n  scumble list\n  scumble list --json")]
    List,
    /// Show a recipe: its parameters, its prompt, its settings
    Show(ShowArgs),
    /// Judge a picture that was edited elsewhere: is everything outside the mask the source's own?
    Verify(VerifyArgs),
    /// Print the JSON Schema of a file format, for editors
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

impl Command {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Plan(_) => "plan",
            Self::Demo(_) => "demo",
            Self::Init(_) => "init",
            Self::List => "list",
            Self::Show(_) => "show",
            Self::Verify(_) => "verify",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
        }
    }
}

/// What `run` and `plan` both take.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble plan background-swap jar.jpg --mask jar-mask.png
  scumble plan ./my-recipe.toml hero.jpg --provider mock --model repaint")]
pub(super) struct EditArgs {
    /// A recipe's name, or a file ending in `.toml`
    #[arg(value_name = "RECIPE")]
    pub(super) recipe: String,

    /// The picture, PNG or JPEG; `-` reads standard input
    #[arg(value_name = "IMAGE")]
    pub(super) image: PathBuf,

    /// Where the picture may change: a file (white or transparent = may change), `source-alpha`,
    /// or a shape such as `rect:10%,10%,30%,40%` or `ellipse:…`
    #[arg(long, value_name = "MASK")]
    pub(super) mask: Option<String>,

    /// Set a parameter of the recipe
    #[arg(short = 'p', long = "param", value_name = "KEY=VALUE", value_parser = key_and_value)]
    pub(super) params: Vec<(String, String)>,

    #[command(flatten)]
    pub(super) masks: MaskArgs,

    /// Who does it: `local`, `mock`; without it `local` draws a draft
    #[arg(long, value_name = "NAME", conflicts_with = "tier")]
    pub(super) provider: Option<String>,

    /// The provider's model
    #[arg(long, value_name = "ID", requires = "provider")]
    pub(super) model: Option<String>,

    /// The role of who does it: `draft`, `standard`, `pro`
    #[arg(long, value_name = "NAME")]
    pub(super) tier: Option<TierName>,

    /// Take this picture as the provider's reply: one edited anywhere
    #[arg(long, value_name = "FILE", conflicts_with_all = ["provider", "tier"])]
    pub(super) reply: Option<PathBuf>,

    /// A brand file
    #[arg(long, value_name = "FILE")]
    pub(super) brand: Option<PathBuf>,

    /// A tag of your own, for the record
    #[arg(long = "tag", value_name = "TAG")]
    pub(super) tags: Vec<String>,

    /// The seed for whatever is random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,

    /// The most pixels a picture may have
    #[arg(long, value_name = "N", default_value_t = MAX_PIXELS)]
    pub(super) max_pixels: u64,
}

/// How mask files are read.
#[derive(Debug, Args)]
pub(super) struct MaskArgs {
    /// Which channel of the mask file counts
    #[arg(long, value_name = "CHANNEL")]
    pub(super) mask_from: Option<MaskChannel>,

    /// The mask marks what stays
    #[arg(long)]
    pub(super) invert_mask: bool,

    /// Scale a mask that was exported at another scale
    #[arg(long)]
    pub(super) fit_mask: bool,

    /// A mask file of what no edit may touch
    #[arg(long, value_name = "FILE")]
    pub(super) protect: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble run background-swap jar.jpg --mask jar-mask.png -p surface=\"pale oak\" -o out.png
  scumble run element-replace coffee.png --mask cup.png
  scumble run seasonal-variation hero.jpg -p season=winter
  scumble run outpaint-9x16 square.jpg -p target=1080x1920
  scumble run background-swap jar.jpg --mask jar-mask.png --reply edited-elsewhere.png")]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) edit: EditArgs,

    /// Where the result goes, `.png` or `.jpg`; `-` writes to standard output.
    /// Default: NAME.RECIPE.png in this folder
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// Write what was sent, the raw reply, the aligned reply, a heat map and an overlay to this folder
    #[arg(long, value_name = "DIR")]
    pub(super) keep: Option<PathBuf>,

    /// Replace existing outputs; inputs are never replaced
    #[arg(long)]
    pub(super) force: bool,

    /// End with exit code 7 when a person should look at the result
    #[arg(long)]
    pub(super) strict: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble demo                    writes to scumble-demo and names the page to open
  scumble demo /tmp/look")]
pub(super) struct DemoArgs {
    /// The folder to write to. Default: scumble-demo, or the next free number
    #[arg(value_name = "FOLDER")]
    pub(super) folder: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble init                    in this folder
  scumble init autumn-campaign    in a new one")]
pub(super) struct InitArgs {
    /// The folder; it is made if it is not there
    #[arg(value_name = "FOLDER", default_value = ".")]
    pub(super) folder: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble show background-swap
  scumble show ./my-recipe.toml")]
pub(super) struct ShowArgs {
    /// A recipe's name, or a file ending in `.toml`
    #[arg(value_name = "RECIPE")]
    pub(super) recipe: String,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble verify jar.jpg edited.png --mask jar-mask.png
  scumble verify jar.jpg edited.png --mask jar-mask.png --feather 8 --feather-into keep")]
pub(super) struct VerifyArgs {
    /// The picture before the edit
    #[arg(value_name = "SOURCE")]
    pub(super) source: PathBuf,

    /// The picture after it, of the same size
    #[arg(value_name = "RESULT")]
    pub(super) result: PathBuf,

    /// Where it was allowed to change: a file (white or transparent = may change), `source-alpha`,
    /// or a shape such as `rect:10%,10%,30%,40%`
    #[arg(long, value_name = "MASK")]
    pub(super) mask: String,

    #[command(flatten)]
    pub(super) masks: MaskArgs,

    /// The width of the ramp the edit was given, in pixels
    #[arg(long, value_name = "PX", default_value_t = 0.0, value_parser = ramp)]
    pub(super) feather: f32,

    /// How far the edit widened the mask, in pixels
    #[arg(long, value_name = "PX", default_value_t = 0.0, value_parser = ramp)]
    pub(super) grow: f32,

    /// The side the ramp eats: `keep` and `both` reach beyond the mask
    #[arg(long, value_name = "SIDE", default_value = "edit")]
    pub(super) feather_into: Side,

    /// Mean drift above which a person should look
    #[arg(long, value_name = "N", default_value_t = 12.0, value_parser = distance)]
    pub(super) max_drift: f64,

    /// The most the step across the mask's border may be; without it the step is only reported
    #[arg(long, value_name = "N", value_parser = distance)]
    pub(super) max_step: Option<f64>,

    /// End with exit code 7 when a person should look
    #[arg(long)]
    pub(super) strict: bool,

    /// The most pixels a picture may have
    #[arg(long, value_name = "N", default_value_t = MAX_PIXELS)]
    pub(super) max_pixels: u64,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble schema recipe > recipe.schema.json")]
pub(super) struct SchemaArgs {
    /// The file format
    #[arg(value_name = "NAME")]
    pub(super) name: SchemaName,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  scumble completions bash > ~/.local/share/bash-completion/completions/scumble
  scumble completions zsh > ~/.zfunc/_scumble")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum MaskChannel {
    /// Transparent = may change
    Alpha,
    /// White = may change
    Luma,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Side {
    /// Inward
    Edit,
    /// Outward
    Keep,
    /// Half each way
    Both,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum TierName {
    /// Local and free
    Draft,
    /// For cost
    Standard,
    /// For quality
    Pro,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SchemaName {
    /// An edit recipe
    Recipe,
    /// A brand file
    Brand,
    /// The project file, scumble.toml
    Project,
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().into(), value.into())),
        _ => Err("write it as KEY=VALUE, for example surface=\"pale oak\"".into()),
    }
}

fn ramp(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(pixels) if (0.0..=WIDEST as f32).contains(&pixels) => Ok(pixels),
        _ => Err(format!("write pixels, 0 to {WIDEST}")),
    }
}

fn distance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=100.0).contains(&value) => Ok(value),
        _ => Err("write an OKLab distance × 100, 0 to 100".into()),
    }
}
