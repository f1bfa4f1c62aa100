package import Jobs

/// The functions of `cronnotify`. What each entry's keys are, `CompanionReader` knows too.
package var notifyCatalog: JobCatalog {
    JobCatalog()
        .with("ping", .function(ping))
}
