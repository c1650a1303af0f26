//! Names to addresses. The addresses that pass are those that are connected to.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address;

/// The name has no address, or could not be looked up.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the host's name does not resolve")]
pub(crate) struct Unresolved;

/// Resolves a name and lets only public addresses through.
///
/// An address that is not public is dropped rather than failing the name, as a DNS64 server adds NAT64 addresses
/// beside good ones; when none is left, the reason is that of the first.
#[derive(Clone)]
pub(crate) struct GuardedResolver {
    pub(crate) names: Names,
}

/// Where names are looked up.
#[derive(Clone)]
pub(crate) enum Names {
    /// The system's resolver.
    System,
    /// Answers of a test, one after the other: a name server that changes its mind.
    #[cfg(test)]
    Scripted(std::sync::Arc<std::sync::Mutex<Vec<Vec<IpAddr>>>>),
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let names = self.names.clone();
        Box::pin(async move {
            let found = names.look_up(name.as_str()).await?;
            let public: Vec<SocketAddr> = found
                .iter()
                .filter(|address| address::check(**address).is_ok())
                .map(|address| SocketAddr::new(*address, 0))
                .collect();
            if public.is_empty() {
                found.first().map_or(Ok(()), |first| address::check(*first))?;
                return Err(Unresolved.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

impl Names {
    async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, Unresolved> {
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((name, 0)).await.map_err(|_| Unresolved)?;
                Ok(found.map(|address| address.ip()).collect())
            }
            #[cfg(test)]
            Self::Scripted(answers) => {
                let mut answers = answers.lock().map_err(|_| Unresolved)?;
                if answers.is_empty() {
                    return Err(Unresolved);
                }
                Ok(answers.remove(0))
            }
        }
    }
}
