// The designer in the browser.
