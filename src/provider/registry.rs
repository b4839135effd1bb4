//! Providers by name.

use std::sync::Arc;

use super::{Local, Mock, Provider};
use crate::error::{Error, ErrorKind, Result};
use crate::suggest;

/// The providers of this run, in the order they are listed.
#[derive(Debug, Clone)]
pub struct Registry {
    providers: Vec<Arc<dyn Provider>>,
}

impl Registry {
    /// The providers that come with scumble.
    pub fn standard() -> Self {
        Self {
            providers: vec![Arc::new(Local::new()), Arc::new(Mock::new())],
        }
    }

    /// Adds a provider, or replaces the one of the same name.
    pub fn add(&mut self, provider: Arc<dyn Provider>) {
        let name = provider.capabilities().name;
        self.providers
            .retain(|known| known.capabilities().name != name);
        self.providers.push(provider);
    }

    /// All providers.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Provider>> {
        self.providers.iter()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.providers
            .iter()
            .map(|provider| provider.capabilities().name)
    }

    /// The provider of a name.
    ///
    /// # Errors
    /// Kind `NoRoute` with the closest name.
    pub fn get(&self, name: &str) -> Result<&Arc<dyn Provider>> {
        self.iter()
            .find(|provider| provider.capabilities().name == name)
            .ok_or_else(|| {
                Error::new(ErrorKind::NoRoute, format!("unknown provider `{name}`"))
                    .hint(suggest::hint(name, self.names()))
            })
    }
}
