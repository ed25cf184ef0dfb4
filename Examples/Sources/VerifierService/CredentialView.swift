internal import Pages

/// What was learned of a credential of another issuer, as people see it.
struct CredentialView {
    let verdict: CredentialVerdict

    func html(_ language: Language) -> HTML {
        let claims = verdict.claims.map { claim -> HTML in
            """
            <dt>\(claim.path.words(language))</dt><dd>\(claim.value.cut(to: 400))</dd>
            """
        }
        return """
            <section class="verdict good" role="status">
            <h2>✓ \(language(.goodCredential))</h2>
            <p>\(language(.noCard))</p>
            <dl>
            \(credentialName(verdict.issuer, verdict.type, language))
            \(HTML.join(claims))
            <dt>\(language(.holder))</dt><dd>\(language(.credentialHolderProven))</dd>
            </dl>
            </section>
            """
    }
}
