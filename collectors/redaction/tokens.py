r"""Tokens, keys and cookies that clouds, forges and services give out, known by their look: one row each.

Sources: RFC 7519, and what each of them says of the form of its tokens.
"""

from __future__ import annotations

from collectors.redaction.shape import Shape

TOKENS = (
    Shape("token", (b"oken=",), rb"oken=(?P<a>[A-Za-z0-9._~+/-]{16,400})", "GET /remote?token=«3f2c9d1e-77aa-4be2»"),
    Shape("access key id", (b"AKIA", b"ASIA"), rb"(?<![A-Z0-9])(?P<a>A[KS]IA[A-Z0-9]{16})(?![A-Z0-9])(?::(?P<b>[A-Za-z0-9/+]{40}))?", "aws_key=«AKIAQ3EGRDAXMPLEKEYA»"),
    Shape("token", (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"), rb"(?P<a>(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{20,255})", "«ghp_R4nd0mR4nd0mR4nd0mR4nd0mR4nd0mR4nd0m»"),
    Shape("token", (b"glpat-", b"xoxb-", b"xoxp-", b"xoxa-", b"xoxs-", b"xapp-", b"dop_v1_", b"npm_"), rb"(?P<a>(?:glpat-|xox[abps]-|xapp-|dop_v1_|npm_)[A-Za-z0-9_-]{16,255})", "«glpat-x9Jq7dPZk2Lw9sBv4TnE»"),
    Shape("token", (b"hvs.", b"hvb.", b"GOCSPX-", b"ya29.", b"sk_live_", b"rk_live_", b"sk-ant-", b"sk-proj-"), rb"(?P<a>(?:hv[sb]\.|GOCSPX-|ya29\.|[sr]k_live_|sk-(?:ant|proj)-)[A-Za-z0-9_.-]{16,512})", "«hvs.CAESIJ2m9w8Q7h5Zt1k0»"),
    Shape("token", (b"AIza",), rb"(?<![\w-])(?P<a>AIza[A-Za-z0-9_-]{35})", "«AIzaSyD4x9Jq7dPZk2Lw9sBv4TnEo0Rg5Yh8Um1»"),
    Shape("token", (b"SG.",), rb"(?<![\w.])(?P<a>SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64})", "«SG.x9Jq7dPZk2Lw9sBv4TnEo0.Rg5Yh8Um1x9Jq7dPZk2Lw9»"),
    Shape("token", (b"AGE-SECRET-KEY-1",), rb"(?P<a>AGE-SECRET-KEY-1[A-Z0-9]{20,80})", "«AGE-SECRET-KEY-1QQPQZRFR7ZZ2WCV4TN0WD5»"),
    Shape("JSON web token", (b"eyJ",), rb"(?<![\w-])(?P<a>eyJ[A-Za-z0-9_-]{5,4096}\.[A-Za-z0-9_-]{5,8192}(?:\.[A-Za-z0-9_-]{0,4096})?)", "«eyJhbGciOiJub25l.eyJzdWIiOiJoYSJ9.c2lnbmF0dXJl»"),
    Shape("signature", (b"sig=",), rb"(?<=[?&;])sig=(?P<a>[A-Za-z0-9%/+=]{20,200})", "https://x.example/c?sv=1&sig=«kZ0w%2Bq7dPZk2Lw9sBv4TnE»"),
    Shape("signature", (b"Signature=",), rb"Signature=(?P<a>[0-9a-f]{64})", "?X-Amz-Signature=«" + "0f1e2d3c" * 8 + "»"),
    Shape("token", (b"gAAAAA",), rb"(?<![\w-])(?P<a>gAAAAA[A-Za-z0-9_-]{60,2000}={0,2})", "token «gAAAAA" + "BjZb1x99qK" * 8 + "»"),
    Shape("token", (b"pypi-AgE", b"dckr_pat_", b"glsa_", b"glc_", b"glrt-", b"shpat_", b"ATATT3x", b"ATCTT3x", b"PMAK-", b"xoxe", b"lin_api_"), rb"(?P<a>(?:pypi-AgE|dckr_pat_|glsa_|glc_|glrt-|shpat_|AT[AC]TT3x|PMAK-|xoxe[.-]|lin_api_)[A-Za-z0-9_.=-]{16,512})", "«pypi-AgEIcHlwaS5vcmcCJDAxMjM0»"),
    Shape("token", (b"hf_", b"dapi", b"LTAI"), rb"(?<!\w)(?P<a>hf_[A-Za-z]{30,40}|dapi[0-9a-f]{32}(?:-\d)?|LTAI[A-Za-z0-9]{12,24})(?!\w)", "«dapi0f1e2d3c0f1e2d3c0f1e2d3c0f1e2d3c»"),
    Shape("token", (b"sk-",), rb"(?<!\w)(?P<a>sk-(?:\w{1,8}-)?[\w-]{16,100}T3BlbkFJ[\w-]{16,200})", "«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»"),
    Shape("token", (b"/bot",), rb"/bot(?P<a>\d{6,12}:[\w-]{30,50})", "https://api.telegram.org/bot«123456789:AAF1x99qKlmNopQrStUvWxYz012345678»/sendMessage"),
    Shape("session", (b"essionid=", b"SESSIONID=", b"SESSID="), rb"(?i:sessionid|SESSID|essionid)=(?P<a>[\w.!-]{12,400})", "GET /x;jsessionid=«x9Jq7dPZk2Lw9sBv4TnE» HTTP/1.1"),
    Shape("Ceph key", (b"key = AQ", b"key=AQ", b'key": "AQ'), rb"""key(?: = |=|": ")(?P<a>AQ[A-Za-z0-9+/]{36}==)""", "[client.admin]\n\tkey = «AQCVnv5jAAAAABAAx99qKlmNopQrStUvWxYzab==»"),
    # A PEM in base64, as Kubernetes keeps it; what follows tells a certificate, which is none.
    Shape("private key", (b"LS0tLS1CRUdJTi",), rb"(?P<a>LS0tLS1CRUdJTi(?!BDRVJU)[A-Za-z0-9+/]{16,65536}={0,2})", "tls.key: «LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ»"),
    Shape("client secret", (b"8Q~", b"7Q~"), rb"(?<=[\w.~-]{3})(?P<a>[78]Q~[\w.~-]{28,40})", "abc«8Q~x9Jq7dPZk2Lw9sBv4TnEo0Rg5Yh8Um1»"),
    Shape("webhook", (b"hooks.slack.com/services/", b"/api/webhooks/", b"/webhookb2/"), rb"(?:hooks\.slack\.com/services/|/api/webhooks/|/webhookb2/)(?P<a>[A-Za-z0-9/_@-]{20,400})", "https://hooks.slack.com/services/«T024BE7LD/B024BE7LH/x9Jq7dPZk2Lw9sBv»"),
)  # fmt: skip
