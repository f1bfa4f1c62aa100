# bash completion for cronworker
_cronworker() {
    local current=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        # shellcheck disable=SC2207 # no option has a blank
        COMPREPLY=($(compgen -W '--catalog --version --help -h' -- "$current"))
    fi
}
complete -F _cronworker cronworker
