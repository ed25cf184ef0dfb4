/// The first edition's picture: a mountain, its lake, and the moon.
let sampleArt = """
    <svg viewBox="0 0 856 360" xmlns="http://www.w3.org/2000/svg">
    <defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#1b2a49"/>
    <stop offset="0.7" stop-color="#6b4e71"/><stop offset="1" stop-color="#e07a5f"/></linearGradient></defs>
    <rect width="856" height="360" fill="url(#sky)"/>
    <circle cx="660" cy="90" r="46" fill="#f7e8c9"/>
    <path d="M0 300 L180 150 L290 235 L430 90 L610 260 L720 190 L856 300 Z" fill="#22304d"/>
    <path d="M430 90 L395 126 L420 140 L436 122 L452 142 L468 128 Z" fill="#f4f1ea"/>
    <rect y="296" width="856" height="64" fill="#16213a"/>
    <path d="M560 306 h200 M600 320 h120 M630 334 h60" stroke="#f7e8c9" stroke-width="4" stroke-opacity="0.6"/>
    </svg>
    """
