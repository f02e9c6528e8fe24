// The dialogs' scroll lock asks for this name when it adds its style element.
window.__webpack_nonce__ = document.getElementById("explorer").dataset.nonce;
