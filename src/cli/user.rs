//! `shelfwise user`: the first administrator, and a way back in.

use std::io::BufRead;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};

use crate::domain::caller::{Permission, PermissionSet, Role};
use crate::services::accounts::Accounts;
use crate::services::error::ServiceError;

#[derive(Debug, Args)]
pub(super) struct UserArguments {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleArgument {
    Customer,
    Staff,
    Admin,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account; the password is read from standard input
    #[command(
        after_help = "Example:\n  shelfwise user create ann@shop.example --name Ann --role admin < password.txt"
    )]
    Create {
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_enum, default_value = "customer")]
        role: RoleArgument,
        /// What staff may do, such as PRODUCTS_MANAGE,ORDERS_MANAGE
        #[arg(long, value_delimiter = ',')]
        permissions: Vec<String>,
    },
    /// Set a password, read from standard input, and end the account's sessions
    #[command(
        after_help = "Example:\n  shelfwise user password 17850 --email buyer@shop.example < password.txt"
    )]
    Password {
        /// E-mail address, or the number an imported customer came with
        user: String,
        /// Address to sign in with, for an imported customer without one
        #[arg(long)]
        email: Option<String>,
    },
}

pub(super) async fn run(options: UserArguments, accounts: &Accounts) -> anyhow::Result<String> {
    match options.command {
        UserCommand::Create { email, name, role, permissions } => {
            let role = match role {
                RoleArgument::Customer => Role::Customer,
                RoleArgument::Staff => Role::Staff,
                RoleArgument::Admin => Role::Admin,
            };
            let permissions =
                permissions.iter().map(|name| permission(name)).collect::<Result<PermissionSet, _>>()?;
            let password = read_password()?;
            let user = accounts
                .create_account(&email, &name, &password, role, permissions)
                .await
                .map_err(explained)?;
            Ok(format!("{email} is {} now, with the id {}\n", role.name(), user.id))
        }
        UserCommand::Password { user, email } => {
            let password = read_password()?;
            let changed =
                accounts.reset_password(&user, email.as_deref(), &password).await.map_err(explained)?;
            let address = changed.email.map_or_else(String::new, |email| format!(" as {email}"));
            Ok(format!("{} can sign in{address}\n", changed.display_name))
        }
    }
}

fn permission(name: &str) -> anyhow::Result<Permission> {
    let known = || Permission::ALL.map(Permission::name).join(", ");
    Permission::from_name(&name.to_ascii_uppercase())
        .with_context(|| format!("{name} is no permission; there are {}", known()))
}

fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("no password came on standard input");
    }
    Ok(password.to_owned())
}

/// A refusal in the words of the command line.
fn explained(error: ServiceError) -> anyhow::Error {
    match error {
        ServiceError::Refused(mistakes) => {
            let lines: Vec<String> = mistakes
                .iter()
                .map(|mistake| format!("{}: {}", mistake.path.join("."), mistake.problem.code().meaning()))
                .collect();
            anyhow::anyhow!(lines.join("; "))
        }
        other => other.into(),
    }
}
