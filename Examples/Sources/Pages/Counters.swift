/// What happened so far, counted without saying to whom, in the text form that Prometheus reads.
actor Counters {
    private var requests = [String: Int]()

    func count(path: String, status: Int, reason: String) {
        requests["path=\"\(path)\",status=\"\(status)\",reason=\"\(reason)\"", default: 0] += 1
    }

    var text: String {
        let lines = requests.sorted { $0.key < $1.key }.map { labels, count in
            "tegata_requests_total{\(labels)} \(count)\n"
        }
        return "# HELP tegata_requests_total Requests answered, by route, status and reason.\n"
            + "# TYPE tegata_requests_total counter\n" + lines.joined()
    }
}
