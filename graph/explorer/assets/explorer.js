"use strict";
(() => {
  const place = document.getElementById("explorer");
  const fetcher = GraphiQL.createFetcher({
    url: place.dataset.endpoint,
    headers: { accept: "application/graphql-response+json, application/json;q=0.9" },
  });
  ReactDOM.createRoot(place).render(
    React.createElement(GraphiQL, {
      fetcher,
      defaultQuery: place.dataset.query,
      isHeadersEditorEnabled: true,
      defaultEditorToolsVisibility: true,
      // A token pasted into the headers stays in this tab's memory.
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
    }),
  );
})();
