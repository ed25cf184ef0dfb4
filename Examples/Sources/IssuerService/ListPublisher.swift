internal import Tegata

/// Writes the public lists when cards have changed: a moment later, and once for many changes, since each writing is of the whole
/// list.
actor ListPublisher {
    private let issuer: Issuer
    private var isDue = false

    init(_ issuer: Issuer) { self.issuer = issuer }

    func soon() {
        guard !isDue else { return }
        isDue = true
        Task {
            try? await Task.sleep(for: .seconds(2))
            await now()
        }
    }

    /// Writes them, if they wait to be written.
    func now() async {
        guard isDue else { return }
        isDue = false
        // What fails now is written with the next change; `Issuer.fault` says why.
        try? await issuer.publishLists()
    }
}
