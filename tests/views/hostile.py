"""Names that wish a page or a spreadsheet ill."""

EVIL = '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">'
FORMULA = "=cmd|' /C calc'!A0"
