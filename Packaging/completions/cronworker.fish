# fish completion for cronworker
complete -c cronworker -f
complete -c cronworker -l catalog -d 'Print the functions'
complete -c cronworker -l version -d 'Print the version'
complete -c cronworker -s h -l help -d 'Print the help'
