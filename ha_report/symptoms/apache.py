"""What apache (the agent of httpd) says.

Sources: heartbeat/apache, heartbeat/apache-conf.sh and heartbeat/http-mon.sh of resource-agents 1.0 to 4.18.
"""

from ha_report.symptom import Setting, Symptom

APACHE = ("ocf:heartbeat:apache",)

SYMPTOMS = (
    Symptom(
        id="apache-no-program",
        agents=APACHE,
        says=r"apache httpd program not found|HTTPD (?P<httpd>\S+) not found or is not an executable",
        title="there is no program {httpd|httpd}",
        cause="Apache httpd is not installed on {node}, or the parameter httpd names another path than it has there.",
        remedy=("Install it on {nodes}, or say where it is:", Setting("parameter", "httpd", "PATH")),
        verify=("One of these must print a path:", "$ command -v httpd apache2 httpd2"),
        versions="all (program not found: resource-agents 3.9.6)",
        example="Nov 23 06:56:24  apache(r_web)[8432]:    ERROR: apache httpd program not found",
    ),
    Symptom(
        id="apache-no-config",
        agents=APACHE,
        says=r"Configuration file (?P<configfile>\S+) not found(?:!|, or not readable)",
        title="the configuration {configfile} is not there",
        cause="Its path is wrong, or it lies on a file system that is not mounted on {node} when {resource} starts.",
        remedy=(
            "If the cluster mounts it, let the file system start before {resource} on the same node; else correct the path:",
            "$ crm_resource --resource {resource} --constraints",
            Setting("parameter", "configfile", "PATH"),
        ),
        verify=("On each node that may run {resource}, with its file systems mounted:", "$ ls -l {configfile}"),
        versions="all",
        example="Nov 23 06:56:37  apache(r_web)[9103]:    ERROR: Configuration file /srv/web/httpd.conf not found!",
    ),
    Symptom(
        id="apache-status-page",
        waits=True,
        agents=APACHE,
        says=r"Failed to access httpd status page",
        title="httpd runs, but its status page {statusurl|/server-status} does not answer",
        cause="The agent asks for the page and finds no HTML: mod_status is off, the page is closed to {node} itself, httpd listens"
        " on another address or port, or a proxy stands between.",
        remedy=(
            "Ask for it on {node} while httpd runs, and check its configuration:",
            "$ curl -v {statusurl|http://localhost/server-status}",
            "$ ss -ltnp",
            "$ apachectl configtest",
            "Where the page is elsewhere:",
            Setting("parameter", "statusurl", "http://localhost/server-status"),
        ),
        verify=("This must print HTML:", "$ curl -s {statusurl|http://localhost/server-status}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 06:56:44  apache(r_web)[9050]:    ERROR: Failed to access httpd status page.",
        beside=r"(?:httpd|apache2).*(?:Address already in use|AH000\d\d|could not bind)",
    ),
    Symptom(
        id="apache-no-http-client",
        agents=APACHE,
        says=r"could not find a http client",
        title="neither wget nor curl is installed",
        cause="The agent monitors httpd by asking it for a page, with one of the two.",
        remedy=("Install one of them on {nodes}, and on each node that may run {resource}.",),
        verify=("$ command -v wget curl",),
        versions="resource-agents 1.0.2 and later",
        example="Nov 23 06:57:02  apache(r_web)[9602]:    ERROR: could not find a http client; make sure that either wget or curl is available",
    ),
    Symptom(
        id="apache-not-stopped",
        waits=True,
        agents=APACHE,
        says=r"(?P<program>\S+) still running \((?P<pid>\d+)\)\. Killing pid failed",
        title="httpd (process {pid}) could not be killed",
        cause="A process that outlives SIGKILL waits in the kernel, most often for storage or a network file system.",
        remedy=(
            "See what it waits for; state D is such a wait:",
            "$ ps -o pid,stat,wchan:30,args -p {pid}",
            "$ cat /proc/{pid}/stack",
        ),
        verify=("This must print nothing:", "$ ps -o pid= -p {pid}"),
        versions="all; as an exit reason from resource-agents 3.9.6 on",
        example="Nov 23 02:01:35  apache(r_web)[158]:    ERROR: httpd still running (2204). Killing pid failed.",
        operations=("stop",),
        beside=r"blocked for more than \d+ seconds|nfs: server \S+ not responding|I/O error",
    ),
    Symptom(
        id="apache-test-unusable",
        agents=APACHE,
        says=r"testurl: .* seems to be an empty string|test regular expression or test url empty|bad user authentication for extended test",
        title="its test page is not configured as it has to be",
        cause="The deeper monitor needs testurl and testregex10, or a file with both; user and password come together.",
        remedy=("Set them, or do without:", "$ crm_resource --resource {resource} --delete-parameter testurl"),
        verify=("$ crm_resource --resource {resource} --validate",),
        versions="resource-agents 4.0.0 and later",
        example='Nov 23 02:01:35  apache(r_web)[158]:    ERROR: testurl: " " seems to be an empty string?',
    ),
)
